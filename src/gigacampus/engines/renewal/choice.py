"""The tenant's choice at the end of each term, by backward induction.

Leaving costs what the tenant owes under the guarantee, and moving. Staying costs, until the next end of a term, the
rent that it pays above the market's (a saving is negative), net of what comes back to it as an owner of the landlord;
and then the cheaper of the two choices there [1]_:

    stay_i = sum over k of (1 - share) (rent_(t+k) - market_(t+k)) / (1 + d)^k
             + E[min(stay_(i+1), leave_(i+1))] / (1 + d)^s

At the last end it leaves, and moving is not counted: it comes on every path that gets there. A tenant that is
indifferent stays.

References
----------
.. [1] Bellman, R. (1957). Dynamic Programming. Princeton University Press.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def backward(running: Sequence[Floats], leave: Sequence[Floats], carry: Callable[[int, Floats], Floats]) -> Floats:
    """Cost of staying at the end of each term.

    Parameters
    ----------
    running : sequence of arrays, shape (E - 1, ...) [USD]
        Rent above the market's from each end of a term to the next, as of the former.
    leave : sequence of arrays, shape (E, ...) [USD]
    carry : function of a position and an array
        The expected value, as of an end of a term, of what the next one costs.

    Returns
    -------
    array, shape (E, ...) [USD]
        At the last end, the cost of leaving.

    Examples
    --------
    >>> backward([np.array(1.0), np.array(9.0)], [np.array(3.0), np.array(4.0), np.array(0.0)], lambda i, cost: cost)
    array([5., 9., 0.])
    """
    stay = [np.asarray(leave[-1])]
    for i in range(len(running) - 1, -1, -1):
        cheaper = leave[-1] if i == len(running) - 1 else np.minimum(stay[0], leave[i + 1])
        stay.insert(0, running[i] + carry(i, cheaper))
    return np.array(stay)


def first(stay: Floats, leave: Floats) -> NDArray[np.int64]:
    """End of a term at which the tenant first leaves, from costs of shape (E, ...); the last if at none before."""
    leaves = leave < stay
    leaves[-1] = True
    return np.asarray(np.argmax(leaves, axis=0))
