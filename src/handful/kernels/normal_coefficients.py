"""The fixed numbers of the normal process: a quadrature rule, a polynomial for the normal tail, and limits.

The Gauss-Legendre rule with 16 nodes on [-1, 1] is correctly rounded from 50 digits. It is written down rather
than computed, so that it is the same in every bit on every machine; Abramowitz and Stegun (1964), table 25.4,
print the same figures to 15 digits.

With t = (x - 5) / (x + 5), EVEN and ODD are the coefficients of the even and the odd powers of t, constant term
first, in (1 + x) * exp(x * x / 2) * P(Z > x) for x from 0 to infinity, with a relative error below 2e-17. The form
is that of Shepherd and Laframboise (1981), "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in
0 <= x < infinity", Mathematics of Computation 36:249-253; the coefficients were computed anew with 60 digits.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "EVEN",
    "FARTHEST",
    "MIDDLE",
    "MOST_STEPS",
    "NEGLIGIBLE",
    "NODES",
    "ODD",
    "ORDER",
    "PANEL_WIDTH",
    "SMALLEST_PROBABILITY",
    "TAIL",
    "WEIGHTS",
]

_POSITIVE_NODES = (
    0.09501250983763744,
    0.2816035507792589,
    0.45801677765722737,
    0.6178762444026438,
    0.755404408355003,
    0.8656312023878318,
    0.9445750230732326,
    0.9894009349916499,
)
_THEIR_WEIGHTS = (
    0.1894506104550685,
    0.18260341504492358,
    0.16915651939500254,
    0.14959598881657674,
    0.12462897125553388,
    0.09515851168249279,
    0.062253523938647894,
    0.027152459411754096,
)

#: Number of nodes.
ORDER = 16
#: The nodes, growing.
NODES = np.array([*(-node for node in reversed(_POSITIVE_NODES)), *_POSITIVE_NODES])
#: Their weights, which sum to 2.
WEIGHTS = np.array([*reversed(_THEIR_WEIGHTS), *_THEIR_WEIGHTS])

#: The point where t is zero.
MIDDLE = 5.0
#: Coefficients of the even and of the odd powers of t, constant term first.
EVEN = (
    0.46151582985003775,
    0.031030368425963708,
    -0.026401042966308307,
    -0.015170415402514863,
    -0.00167607234455447,
    0.00018233414511643843,
    -9.896097759279782e-06,
    -7.034644683537101e-08,
    1.27878221820937e-07,
    -2.6286205089898754e-08,
    3.627373163401201e-09,
    -2.8220772290629865e-10,
)
ODD = (
    -0.09155228183400904,
    0.010002352385229382,
    0.024536963243678652,
    0.006522000667783896,
    7.791597409338999e-06,
    -5.36075811148722e-05,
    9.05982468125664e-06,
    -1.3074486019237587e-06,
    1.9627809920091187e-07,
    -3.095201755804207e-08,
    4.4011596227599254e-09,
    -3.815816262632953e-10,
)

#: Standard errors beyond which the normal density is dropped: 5e-17 of the probability.
TAIL = 8.3
#: Standard deviations of the narrowest density to one panel; twice the nodes change results by less than 1e-15.
PANEL_WIDTH = 4.0
#: Standard deviations between two panels, under any effect asked for, beyond which a density is below 1e-17.
NEGLIGIBLE = 9.0
#: Spending less than this at a look is spending nothing.
SMALLEST_PROBABILITY = 1e-250
#: Of a root search; three are usual.
MOST_STEPS = 100
#: Standard deviations within which a normal tail is more than nothing.
FARTHEST = 40.0
