"""The papers behind the methods that a comparison used, and only those."""

from __future__ import annotations

from collections.abc import Iterable

from handful.select.results import Comparison
from handful.spec.references import BIBLIOGRAPHY, Reference
from handful.study.model import Study

ESTIMANDS = Reference(
    "ich-e9r1",
    "International Council for Harmonisation",
    2019,
    "Addendum on estimands and sensitivity analysis in clinical trials to the guideline on statistical principles for clinical "
    "trials, E9(R1)",
    "ICH harmonised guideline",
)
STALLARD = Reference(
    "stallard2017",
    "Stallard N, Miller F, Day S, Hee SW, Madan J, Zohar S, Posch M",
    2017,
    "Determination of the optimal sample size for a clinical trial accounting for the population size",
    "Biometrical Journal 59:609-625",
    "10.1002/bimj.201500228",
)
PEARCE = Reference(
    "pearce2018",
    "Pearce M, Hee SW, Madan J, Posch M, Day S, Miller F, Zohar S, Stallard N",
    2018,
    "Value of information methods to design a clinical trial in a small population to optimise a "
    "health economic utility function",
    "BMC Medical Research Methodology 18:20",
    "10.1186/s12874-018-0475-0",
)


def papers(study: Study, comparison: Comparison) -> list[tuple[str, str]]:
    """List the papers behind the designs, analyses, scenarios and choice of a comparison.

    Args:
        study: The study.
        comparison: Its results.

    Returns:
        (citation, address or an empty text), each once, in alphabetical order.
    """
    keys = {key for design in comparison.designs for key in design.references}
    keys |= {key for name in study.scenarios for key in study.scenario(name).references}
    found = {_resolved(key) for key in keys}
    found.add(_cited(ESTIMANDS))
    if study.choose.best == "people helped over the horizon":
        found |= {_cited(STALLARD), _cited(PEARCE)}
    return sorted(found, key=lambda paper: paper[0].casefold())


def papers_of(keys: Iterable[str]) -> list[tuple[str, str]]:
    """The papers of some keys of the bibliography.

    Args:
        keys: Keys, or whole citations as they stand.

    Returns:
        (citation, address or an empty text), each once, in alphabetical order.
    """
    return sorted({_resolved(key) for key in keys}, key=lambda paper: paper[0].casefold())


def _resolved(key: str) -> tuple[str, str]:
    """A key, or a whole citation as it stands."""
    return _cited(BIBLIOGRAPHY[key]) if key in BIBLIOGRAPHY else (key, "")


def _cited(paper: Reference) -> tuple[str, str]:
    """A citation and its address."""
    return f"{paper.authors} ({paper.year}). {paper.title}. {paper.journal}.", paper.url
