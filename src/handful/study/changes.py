"""What differs between two versions of a study, part by part."""

from __future__ import annotations

from handful.designs.words import list_words
from handful.spec.base import spaced
from handful.study.model import Study

_GROUPS = ("scenarios", "designs")


def changes(before: Study, after: Study) -> list[str]:
    """Name the parts of a study that differ, without their values.

    Args:
        before: The one version.
        after: The other.

    Returns:
        A few words an item, in the order of the study file; nothing when both say the same.

    Example:
        >>> from handful.study.loading import loads
        >>> text = '''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 30}}
        ... '''
        >>> changes(loads(text), loads(text.replace("30", "40").replace("900", "800")))
        ['the population', 'design “fixed”']
    """
    told = []
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if name not in _GROUPS:
            told.append(f"the {spaced(name)}")
            continue
        one = name.removesuffix("s")
        same = [part for part in new if part in old]
        changed = [f"“{part}”" for part in same if new[part] != old[part]]
        added = [f"“{part}”" for part in new if part not in old]
        gone = [f"“{part}”" for part in old if part not in new]
        told += [
            f"{one if len(parts) == 1 else name} {list_words(parts)}{how}"
            for parts, how in ((changed, ""), (added, " (new)"), (gone, " (gone)"))
            if parts
        ]
        if not (changed or added or gone):
            told.append(f"the order of {name}")
    return told
