"""The allocation that gives the most expected successes: the finite-horizon Bernoulli bandit with two arms.

Each participant's outcome is known before the next is allocated, and each arm's response probability has a beta prior. Backward
induction over all counts then finds the allocation that no other can beat. Left to itself it is nearly deterministic and
starves the worse arm, so its power is poor. Two restraints mend that at a small cost: a degree of randomisation, and a penalty
when an arm ends with too few participants (Williamson, Jacko, Villar and Jaki 2017).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from handful.kernels.bandit import preferences
from handful.stats._arguments import size
from handful.stats.allocation_policy import AllocationPolicy


class BanditSolution(NamedTuple):
    """The best allocation and what it is expected to be worth.

    Attributes:
        policy: Chance of arm 1 in every state.
        value: Expected successes under the priors, in the trial and after it, less the expected penalty.
    """

    policy: AllocationPolicy
    value: float


def optimal_policy(
    participants: int,
    prior: ArrayLike = (1.0, 1.0),
    *,
    degree: float = 1.0,
    least: int = 0,
    penalty: float | None = None,
    afterwards: float = 0.0,
) -> BanditSolution:
    """Find the allocation with the most expected successes, by dynamic programming.

    With the defaults it is the optimal policy (DP); with a degree below 1 the randomised one (RDP), with a least number as well
    the constrained randomised one (CRDP), for which degree 0.9 and 15 % of the participants are proposed.

    Args:
        participants: participants of the trial; 100 take a tenth of a second and 4 megabytes, 200 sixteen times that.
        prior: weights (a, b) of the beta prior of both arms, or one pair for each arm, shape (2, 2).
        degree: chance that a participant gets the arm that the rest of the trial is better off with, in [0.5, 1]. Where
            both are equally good it is 0.5.
        least: participants that each arm should end with; the priors do not count.
        penalty: successes lost when an arm ends with fewer; as many as there are participants by default.
        afterwards: patients treated after the trial, all with the arm whose posterior mean is higher at its end: the patient
            horizon less the participants.

    Returns:
        The policy and its value.

    Raises:
        ValueError: if an argument is out of range.

    Source:
        Williamson et al. (2017), Computational Statistics & Data Analysis 113:136, section 2; Villar, Bowden and Wason (2015),
        Statistical Science 30:199; Berry and Fristedt (1985), "Bandit Problems".

    Example:
        >>> policy, value = optimal_policy(60)
        >>> round(value, 6)
        38.562343
        >>> policy.chance([[0, 1]], [[1, 1]])
        array([1.])
        >>> optimal_policy(60, degree=0.9, least=9).policy.levels
        array([0.1, 0.5, 0.9])
    """
    number = size(participants, "participants")
    if number < 1:
        raise ValueError(f"participants must be 1 or more, got {participants!r}")
    weights = np.array(np.broadcast_to(np.asarray(prior, dtype=np.float64), (2, 2)))
    if not np.all(weights > 0.0):
        raise ValueError(f"a beta prior needs two positive weights, got {prior!r}")
    if not 0.5 <= degree <= 1.0:
        raise ValueError(f"degree must lie in [0.5, 1], got {degree!r}")
    if not 0 <= size(least, "least") <= number // 2:
        raise ValueError(f"both arms cannot have {least} of {number} participants")
    cost = float(number) if penalty is None else float(penalty)
    if not (cost >= 0.0 and afterwards >= 0.0):
        raise ValueError("penalty and afterwards must be 0 or more")
    codes, value = preferences(number, weights, float(degree), int(least), cost, float(afterwards))
    levels = np.array([1.0 - degree, 0.5, degree])
    return BanditSolution(AllocationPolicy(number, np.arange(number), codes, levels), float(value))
