"""What a loan's payments are worth, and what of it is recovered.

Payments are discounted at the loan's own rate, from one date of payment to the next: what it yields if it is issued at
par. A loan that is paid as agreed is then worth what was drawn, whatever is repaid early. With the interest factor f
since the last payment, and F that of the whole period, a draw counts at ``(1 + F - f) / (1 + F)`` of the period's
start, since it bears simple interest to its end. Recovery is counted from the last payment that was made as agreed: the
value then of what is paid beyond it, over what was owed [1]_.

References
----------
.. [1] Moody's Investors Service (2017). Default and Recovery Rates for Project Finance Bank Loans, 1983-2015.
"""

from __future__ import annotations

import numpy as np

from gigacampus.engines.finance.statement import Floats


def discount(pay: Floats, factor: Floats) -> Floats:
    """Discount factor at a loan's own rate by month, shape (M,).

    Parameters
    ----------
    pay : array, shape (M,)
        1 in the months of payment.
    factor : array, shape (M,) [1]
        Interest factor since the last payment.

    Examples
    --------
    >>> discount(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.05, 0.1])).round(6).tolist()
    [1.0, 0.954545, 0.909091]
    """
    paid = np.flatnonzero(pay)
    ahead = factor[paid[np.minimum(np.searchsorted(paid, np.arange(len(pay))), len(paid) - 1)]]
    opening = np.concatenate([[1.0], 1 / np.cumprod(1 + pay * factor)[:-1]])
    value: Floats = opening * (1 + ahead - factor) / (1 + ahead)
    return value


def worth(paid: Floats, drawn: Floats, value: Floats) -> float:
    """Value of what is paid per 100 drawn [1]; all of shape (M,), `value` the discount factor.

    >>> round(worth(np.array([0.0, 10.0, 55.0]), np.array([100.0, 0.0, 0.0]), 1.1 ** -np.arange(3.0)), 4)
    54.5455
    """
    return 100 * float(paid @ value / (drawn @ value))


def recovered(
    agreed: Floats, met: Floats, paid: Floats, drawn: Floats, owed: Floats, pay: Floats, value: Floats
) -> float:
    """Share of what is owed after the last payment as agreed that is paid on it, in value [fraction]; 1 if all is.

    Parameters
    ----------
    agreed, met, paid, drawn, owed : array, shape (M,) [USD]
        Payments as agreed, as far as they are still due; that part of what is paid which may meet them; all that is
        paid; what is drawn; and what is owed at each month's end.
    pay : array, shape (M,)
        1 in the months of payment.
    value : array, shape (M,) [1]
        Discount factor.

    Examples
    --------
    Of 100 at 10 %, the interest is paid, then 55 in place of 110:

    >>> agreed, paid, owed = np.array([0.0, 10.0, 110.0]), np.array([0.0, 10.0, 55.0]), np.array([100.0, 100.0, 55.0])
    >>> round(recovered(agreed, paid, paid, 0 * paid, owed, np.array([0.0, 1.0, 1.0]), 1.1 ** -np.arange(3.0)), 4)
    0.5
    """
    least = 1e-9 * float(agreed.sum())
    missed = np.flatnonzero(met < agreed - least)
    if not len(missed):
        return 1.0
    good = np.flatnonzero(pay[: missed[0]] * owed[: missed[0]])
    at = int(good[-1]) if len(good) else int(np.flatnonzero(owed)[0])
    later = np.arange(len(paid)) > at
    beyond = max(0.0, paid[at] - agreed[at])
    base = owed[at] + beyond + (later * drawn) @ value / value[at]
    return round(float((beyond + (later * paid) @ value / value[at]) / base), 12)  # all is all, to the bit
