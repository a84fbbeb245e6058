"""How a statistic is shown to people: a p-value as itself, and not as minus itself."""

from __future__ import annotations


def natural_statistic(name: str) -> tuple[str, int]:
    """What a statistic is called by people, and the sign that turns its values into theirs.

    Statistics are larger for stronger evidence, so analyses that give p-values carry them with a minus sign.

    Args:
        name: Name of the statistic, such as `z` or `minus the one-sided p-value`.

    Returns:
        (its name to people, 1 or -1).

    Example:
        >>> natural_statistic("minus the one-sided p-value"), natural_statistic("z")
        (('the one-sided p-value', -1), ('z', 1))
    """
    return (name.removeprefix("minus "), -1) if name.startswith("minus ") else (name, 1)
