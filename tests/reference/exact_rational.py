"""The unconditional tests by other means: fractions for the ordering, subdivision for the maximum."""

from fractions import Fraction
from math import comb

import numpy as np


def extremeness(x1, n1, x2, n2, method, two_sided):
    """Larger is more extreme; a fraction, or a pair that sorts an infinite z beyond all finite ones."""
    difference = Fraction(x1, n1) - Fraction(x2, n2)
    if method == "boschloo":
        return (0, -fisher(x1, n1, x2, n2, two_sided))
    if method == "z-pooled":
        pooled = Fraction(x1 + x2, n1 + n2)
        variance = pooled * (1 - pooled) * (Fraction(1, n1) + Fraction(1, n2))
    else:
        p1, p2 = Fraction(x1, n1), Fraction(x2, n2)
        variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    sign = 1 if two_sided or difference > 0 else -1
    if variance == 0:
        return (sign, Fraction(0)) if difference else (0, Fraction(0))
    return (0, sign * difference**2 / variance)


def fisher(x1, n1, x2, n2, two_sided):
    """Fisher's p-value as a fraction."""
    total = x1 + x2
    ways = {k: comb(n1, k) * comb(n2, total - k) for k in range(max(0, total - n2), min(n1, total) + 1)}
    chosen = [w for k, w in ways.items() if (w <= ways[x1] if two_sided else k >= x1)]
    return Fraction(sum(chosen), comb(n1 + n2, total))


def p_value(x1, n1, x2, n2, method, two_sided, tolerance=1e-13):
    """The unconditional p-value with a certificate: the true maximum lies within the tolerance above it."""
    observed = extremeness(x1, n1, x2, n2, method, two_sided)
    ways = [0] * (n1 + n2 + 1)
    for a in range(n1 + 1):
        for b in range(n2 + 1):
            if extremeness(a, n1, b, n2, method, two_sided) >= observed:
                ways[a + b] += comb(n1, a) * comb(n2, b)
    shares = np.array([float(Fraction(way, comb(n1 + n2, total))) for total, way in enumerate(ways)])
    return bernstein_maximum(shares, tolerance)


def bernstein_maximum(coefficients, tolerance):
    """Maximum over [0, 1] of a polynomial in Bernstein form.

    It never exceeds its largest coefficient, and its end values are coefficients; halving the interval (de
    Casteljau) brings the two together. Intervals that cannot hold more than the best value met are dropped.
    """
    best = max(coefficients[0], coefficients[-1])
    waiting = [coefficients]
    while waiting:
        piece = waiting.pop()
        if piece.max() <= best + tolerance:
            continue
        left, right, row = [piece[0]], [piece[-1]], piece
        while row.size > 1:
            row = 0.5 * (row[:-1] + row[1:])
            left.append(row[0])
            right.append(row[-1])
        best = max(best, left[-1])
        waiting += [np.array(left), np.array(right[::-1])]
    return best
