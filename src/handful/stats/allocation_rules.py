"""Rules that say with what chances the next participants go to each arm, from the results so far.

Every rule takes a block of trials, shape (trials, arms), and returns chances of the same shape that add up to 1. Rules that skew
by a posterior probability take it from `handful.stats.posterior_best`; rules that aim at a target take estimated rates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.allocation_shares import limited_shares
from handful.kernels.elementary import exp, log
from handful.stats._arguments import probabilities, successes_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def thall_wathen(
    best: ArrayLike,
    exponent: ArrayLike = 1.0,
    *,
    least: ArrayLike = 0.0,
    most: ArrayLike = 1.0,
    is_open: ArrayLike | None = None,
) -> Floats:
    """Chances in proportion to a power of the probability of being the best arm, within limits.

    With exponent 1 and no limits this is Thompson's rule; with 0, equal chances. Within limits the chances stay proportional;
    beyond one they are set to it, and the rest is shared by the others. An arm with equal limits keeps that chance. It is what
    adaptr does by `soften_power`, `min_probs`, `max_probs` and `fixed_probs`, except when chances lie beyond both kinds of
    limit at once: there adaptr sets all of them, and may leave limits that could be met.

    Args:
        best: probability that each arm is the best, shape (trials, arms).
        exponent: 0 or more, one or shape (trials,); usual are 1/2, or `growing_exponent`.
        least: smallest chance of each open arm, one or shape (arms,).
        most: largest chance of each arm.
        is_open: arms that still take participants, shape (trials, arms); all by default.

    Returns:
        Chances, shape (trials, arms), 0 for closed arms. When the limits cannot be met they are scaled to add up to 1.

    Raises:
        ValueError: if an argument is out of range or shapes do not fit.

    Source:
        Thall and Wathen (2007), European Journal of Cancer 43:859, section 2; Thompson (1933), Biometrika 25:285.

    Example:
        >>> thall_wathen([[0.04, 0.16, 0.8]], 0.5).round(4)
        array([[0.1338, 0.2677, 0.5985]])
        >>> thall_wathen([[0.04, 0.16, 0.8]], 0.5, least=0.15).round(4)
        array([[0.15  , 0.2627, 0.5873]])
    """
    weights = _block(probabilities(best, "best"), "best")
    trials, arms = weights.shape
    powers = np.array(np.broadcast_to(np.asarray(exponent, dtype=np.float64), (trials,)))
    if not np.all(powers >= 0.0):
        raise ValueError(f"exponent must be 0 or more, got {exponent!r}")
    lower = np.array(np.broadcast_to(probabilities(least, "least"), (arms,)))
    upper = np.array(np.broadcast_to(probabilities(most, "most"), (arms,)))
    if np.any(lower > upper):
        raise ValueError(f"least must not exceed most, got {least!r} and {most!r}")
    return limited_shares(weights, powers, lower, upper, _open(is_open, weights))


def growing_exponent(enrolled: ArrayLike, participants: int) -> Floats:
    """Exponent n / (2 N) of Thall and Wathen: equal chances at the start, a square root at the end.

    Args:
        enrolled: participants so far, n.
        participants: the most that the trial can enrol, N.

    Returns:
        Exponents, the shape of `enrolled`.

    Raises:
        ValueError: if there are no participants, or more are enrolled than can be.

    Source:
        Thall and Wathen (2007), European Journal of Cancer 43:859.

    Example:
        >>> growing_exponent([0, 30, 60], participants=60)
        array([0.  , 0.25, 0.5 ])
    """
    return 0.5 * _progress(enrolled, participants)


def with_control_matched(best: ArrayLike, control: int = 0) -> Floats:
    """Weights in which the control has as much as the best of the other arms.

    Args:
        best: probability that each arm is the best, shape (trials, arms).
        control: number of the control arm.

    Returns:
        Weights for `thall_wathen`, shape (trials, arms); they need not add up to 1.

    Raises:
        ValueError: if the shape does not fit or there is no such arm.

    Source:
        The setting "match" of `control_prob_fixed` in adaptr (Granholm et al. 2022, Journal of Open Source Software 7:4284).

    Example:
        >>> thall_wathen(with_control_matched([[0.6, 0.1, 0.3]])).round(4)
        array([[0.4286, 0.1429, 0.4286]])
    """
    weights = _block(probabilities(best, "best"), "best").copy()
    others = _others(weights, control)
    weights[:, control] = weights[:, others].max(axis=1)
    return weights


def trippa(
    better: ArrayLike,
    totals: ArrayLike,
    exponent: ArrayLike,
    catch_up: ArrayLike,
    *,
    control: int = 0,
    is_open: ArrayLike | None = None,
) -> Floats:
    """Chances that skew the treatments and protect the control.

    Treatment k of K has the weight ``better_k ** exponent / sum(better ** exponent)``, and the control the weight
    ``exp(catch_up * (largest treatment arm - control arm)) / K``: the further the control has fallen behind the largest
    treatment arm, the more of the next participants it gets.

    Args:
        better: probability that each arm is better than the control, shape (trials, arms); the control's own is not read.
        totals: participants on each arm so far, same shape.
        exponent: 0 or more, one or shape (trials,); see `trippa_exponents`.
        catch_up: 0 or more, one or shape (trials,).
        control: number of the control arm.
        is_open: arms that still take participants, shape (trials, arms); all by default. The control must be open.

    Returns:
        Chances, shape (trials, arms).

    Raises:
        ValueError: if an argument is out of range, shapes do not fit, or a trial has no open treatment or a closed control.

    Source:
        Trippa et al. (2012), Journal of Clinical Oncology 30:3258; Wason and Trippa (2014), Statistics in Medicine 33:2206.

    Example:
        >>> nan = float("nan")
        >>> trippa([[nan, 0.5, 0.8]], [[10, 10, 10]], exponent=2, catch_up=0.1).round(4)
        array([[0.3333, 0.1873, 0.4794]])
        >>> trippa([[nan, 0.5, 0.8]], [[10, 10, 20]], exponent=2, catch_up=0.1).round(4)
        array([[0.5761, 0.1191, 0.3048]])
    """
    chances = np.array(_block(np.asarray(better, dtype=np.float64), "better"))
    trials, _ = chances.shape
    sizes = np.asarray(totals, dtype=np.float64)
    if sizes.shape != chances.shape:
        raise ValueError(f"totals have the shape {sizes.shape}, better has {chances.shape}")
    treatments = _others(chances, control)
    compared = _open(is_open, chances)
    if not (compared[:, control].all() and compared[:, treatments].any(axis=1).all()):
        raise ValueError("the control and at least one treatment of every trial must be open")
    chances[:, control] = 0.0
    compared[:, control] = False
    shares = thall_wathen(chances, exponent, is_open=compared)
    rate = np.broadcast_to(np.asarray(catch_up, dtype=np.float64), (trials,))
    if not np.all(rate >= 0.0):
        raise ValueError(f"catch_up must be 0 or more, got {catch_up!r}")
    behind = np.where(compared, sizes, 0.0).max(axis=1) - sizes[:, control]
    # The weights of the treatments add up to 1, so the control's share is weight / (1 + weight).
    of_control = 1.0 / (1.0 + compared.sum(axis=1) * exp(-rate * behind))
    shares *= (1.0 - of_control)[:, None]
    shares[:, control] = of_control
    return shares


def trippa_exponents(
    enrolled: ArrayLike, participants: int, *, scale: float, shape: float, catch_up: float = 0.25
) -> tuple[Floats, Floats]:
    """Exponents of `trippa` that grow as the trial goes on: scale * (n / N)**shape, and catch_up * n / N.

    Scale and shape are what a design is tuned by; 0.25 for the control is that of the paper.

    Args:
        enrolled: participants so far, n.
        participants: the most that the trial can enrol, N.
        scale: exponent at the end of the trial.
        shape: how late it grows; 1 is evenly.
        catch_up: exponent of the control's deficit at the end of the trial.

    Returns:
        Exponent and catch-up for `trippa`, each of the shape of `enrolled`.

    Raises:
        ValueError: if a number is out of range.

    Source:
        Wason and Trippa (2014), Statistics in Medicine 33:2206.

    Example:
        >>> exponent, catch_up = trippa_exponents([0, 15, 60], 60, scale=3, shape=0.75)
        >>> exponent.round(4), catch_up
        (array([0.    , 1.0607, 3.    ]), array([0.    , 0.0625, 0.25  ]))
    """
    if not (scale >= 0.0 and shape > 0.0 and catch_up >= 0.0):
        raise ValueError("scale and catch_up must be 0 or more and shape above 0")
    progress = _progress(enrolled, participants)
    return scale * _power(progress, shape), catch_up * progress


def rosenberger_target(rates: ArrayLike) -> Floats:
    """Shares in proportion to the square root of the response rates.

    They give the fewest expected failures among all trials that estimate the rates with the same summed variance.

    Args:
        rates: response probability of each arm, shape (trials, arms); when estimated, see `smoothed_rates`.

    Returns:
        Shares, shape (trials, arms); equal where all rates are 0.

    Raises:
        ValueError: if a rate is outside [0, 1].

    Source:
        Rosenberger et al. (2001), Biometrics 57:909.

    Example:
        >>> rosenberger_target([[0.16, 0.36]])
        array([[0.4, 0.6]])
    """
    return _normalised(np.sqrt(_block(probabilities(rates, "rates"), "rates")))


def neyman_target(rates: ArrayLike) -> Floats:
    """Shares in proportion to the standard deviation of a response: the smallest summed variance for so many participants.

    Args:
        rates: response probability of each arm, shape (trials, arms); when estimated, see `smoothed_rates`.

    Returns:
        Shares, shape (trials, arms); equal where nothing varies. When responses are common the *worse* arm gets more.

    Raises:
        ValueError: if a rate is outside [0, 1].

    Source:
        Neyman (1934), Journal of the Royal Statistical Society 97:558; Rosenberger et al. (2001), Biometrics 57:909.

    Example:
        >>> neyman_target([[0.5, 0.9]])
        array([[0.625, 0.375]])
    """
    p = _block(probabilities(rates, "rates"), "rates")
    return _normalised(np.sqrt(p * (1.0 - p)))


def smoothed_rates(
    successes: ArrayLike, totals: ArrayLike, prior: tuple[float, float] = (0.5, 0.5)
) -> Floats:
    """Response rates with a prior's weight added, so that no arm is given up for an early run of failures.

    Args:
        successes: responses on each arm.
        totals: participants on each arm.
        prior: successes and failures added to each arm, both above 0.

    Returns:
        Rates strictly between 0 and 1, the shape of the counts.

    Raises:
        ValueError: if counts or prior are out of range.

    Example:
        >>> smoothed_rates([[0, 3]], [[4, 4]])
        array([[0.1, 0.7]])
    """
    responses, sizes = successes_of(successes, totals, ("successes", "totals"))
    a, b = prior
    if not (a > 0.0 and b > 0.0):
        raise ValueError(f"a prior needs two positive weights, got {prior!r}")
    rates: Floats = (responses + a) / (sizes + (a + b))
    return rates


def biased_coin(target: ArrayLike, totals: ArrayLike, strength: float = 2.0) -> Floats:
    """Chances that pull the shares of the arms towards a target: the doubly adaptive biased coin.

    Arm k has the weight ``target_k * (target_k / share_k) ** strength``, where its share is that of the participants so far.

    Args:
        target: share that each arm should have, shape (trials, arms).
        totals: participants on each arm so far, same shape.
        strength: 0 draws with the target itself, more pulls harder; 2 is usual.

    Returns:
        Chances, shape (trials, arms). Arms without anybody take all, in proportion to their targets.

    Raises:
        ValueError: if shapes do not fit or a number is out of range.

    Source:
        Hu and Zhang (2004), Annals of Statistics 32:268.

    Example:
        >>> biased_coin([[0.4, 0.6]], [[10, 10]]).round(4)
        array([[0.2286, 0.7714]])
    """
    aim = _block(probabilities(target, "target"), "target")
    sizes = np.asarray(totals, dtype=np.float64)
    if sizes.shape != aim.shape or np.any(sizes < 0.0):
        raise ValueError(f"totals must be 0 or more and have the shape {aim.shape}, got {totals!r}")
    if not strength >= 0.0:
        raise ValueError(f"strength must be 0 or more, got {strength!r}")
    if strength == 0.0:
        return _normalised(aim)
    has_nobody = (sizes == 0.0) & (aim > 0.0)
    ratio = aim / np.where(sizes > 0.0, sizes, 1.0)
    pulled = aim * _power(ratio / np.maximum(ratio.max(axis=1, keepdims=True), 1e-300), strength)
    return _normalised(
        np.where(has_nobody.any(axis=1, keepdims=True), np.where(has_nobody, aim, 0.0), pulled)
    )


def still_open(best: ArrayLike, below: float, is_open: ArrayLike | None = None) -> Flags:
    """Which arms go on when those that are unlikely to be the best are dropped.

    Dropping an arm raises the others' probabilities, so they are to be computed anew among those that go on, and looked at
    again.

    Args:
        best: probability that each arm is the best of the open ones, shape (trials, arms).
        below: arms with less than this are dropped, in [0, 1).
        is_open: arms open so far, same shape; all by default.

    Returns:
        Shape (trials, arms). The arm most likely to be the best always goes on.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> still_open([[0.01, 0.19, 0.8]], below=0.02)
        array([[False,  True,  True]])
    """
    chances = _block(probabilities(best, "best"), "best")
    if not 0.0 <= below < 1.0:
        raise ValueError(f"below must be in [0, 1), got {below!r}")
    compared = _open(is_open, chances)
    among_open = np.where(compared, chances, -1.0)
    goes_on: Flags = compared & ((chances >= below) | (chances == among_open.max(axis=1, keepdims=True)))
    return goes_on


def _block(values: Floats, name: str) -> Floats:
    """The values, which must have one row a trial and one column an arm."""
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(
            f"{name} must have the shape (trials, arms) with two arms or more, not {values.shape}"
        )
    return np.ascontiguousarray(values)


def _open(is_open: ArrayLike | None, like: Floats) -> Flags:
    """A copy of the open arms: all of them when nothing is said."""
    if is_open is None:
        return np.ones(like.shape, dtype=np.bool_)
    compared = np.array(is_open, dtype=np.bool_)
    if compared.shape != like.shape:
        raise ValueError(f"is_open has the shape {compared.shape}, the arms have {like.shape}")
    return compared


def _others(values: Floats, control: int) -> list[int]:
    """The arms that are not the control."""
    arms = values.shape[1]
    if not 0 <= control < arms:
        raise ValueError(f"control must be 0 .. {arms - 1}, got {control!r}")
    return [arm for arm in range(arms) if arm != control]


def _progress(enrolled: ArrayLike, participants: int) -> Floats:
    """Share of the participants who are enrolled."""
    if participants < 1:
        raise ValueError(f"participants must be 1 or more, got {participants!r}")
    return probabilities(np.asarray(enrolled, dtype=np.float64) / participants, "enrolled / participants")


def _power(base: Floats, exponent: float) -> Floats:
    """Powers above 0 of numbers of 0 or more, with the same bits on every processor."""
    return exp(exponent * log(base))


def _normalised(weights: Floats) -> Floats:
    """Weights made to add up to 1 in each trial; equal ones where all are 0."""
    total = weights.sum(axis=1, keepdims=True)
    shares: Floats = np.where(
        total > 0.0, weights / np.where(total > 0.0, total, 1.0), 1.0 / weights.shape[1]
    )
    return shares
