"""What the statement says: who gets what, cover, returns, sources and uses, guarantees, lease book, residuals."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.engines.finance.schedule import Days
from gigacampus.engines.finance.statement import Flow
from gigacampus.errors import CampusError, Problem
from gigacampus.rows import Graph

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """What a cover is the ratio of: a vehicle's cash, or its value, over what is due or owed on a day [USD]."""

    vehicle: str
    day: date
    cash: float
    debt: float


@dataclass(frozen=True)
class Metric:
    """One figure: a value in its unit, or None with the reason why there is none; of a least cover, where it is."""

    value: float | None
    unit: str
    reason: str = ""
    of: Ratio | None = None


@dataclass(frozen=True)
class Compared:
    """A published figure beside what the statement has: `value`, `published` and the tolerance `within`, in `unit`."""

    value: float
    published: float
    within: float
    unit: str

    @property
    def miss(self) -> float:
        """How far the value is from the figure, in tolerances [1]."""
        return (self.value - self.published) / self.within

    @property
    def holds(self) -> bool:
        """Whether it is within its tolerance, but for rounding."""
        return abs(self.miss) <= 1 + 1e-6


@dataclass(frozen=True)
class Gap:
    """Where a deal does not close: `what` it is, the `amount` that is open [USD], the place in the deal (`path`) and
    the `row` of the statement that holds it; and figures that would close it, each alone, by path, where known."""

    what: str
    amount: float
    path: str
    row: str = ""
    closing: dict[str, Metric] = field(default_factory=dict)


@dataclass(frozen=True)
class LoanResult:
    """A loan by month: `dates` (M,) datetime64[D] on which it pays; `draw`, `interest`, `principal`, `service`
    (interest and principal) and `balance` at the month's end, each (M,) [USD]; `repays` (M,) bool marks payments after
    the works; `holders` maps each holder to its share."""

    dates: Days
    draw: Floats
    interest: Floats
    principal: Floats
    service: Floats
    balance: Floats
    repays: NDArray[np.bool_]
    holders: dict[str, float]

    def owed(self, days: Days) -> Floats:
        """What is owed on some days after their payments, shape of `days` [USD]."""
        return np.append(0.0, self.balance)[np.searchsorted(self.dates, days, side="right")]


@dataclass(frozen=True)
class Cover:
    """Debt service cover of a vehicle on each date of repayment, each field of shape (N,): `dates`, `cfads` and
    `service` due in [USD], both over the period of the slowest of the loans in repayment then, and `dscr`, their ratio.
    What falls due at the end of a bullet or balloon loan is left out, as it is refinanced."""

    dates: Days
    cfads: Floats
    service: Floats

    @property
    def dscr(self) -> Floats:
        """Cash over debt service, shape (N,) [1]."""
        ratio: Floats = self.cfads / self.service
        return ratio


@dataclass(frozen=True)
class CovenantTests:
    """Covenant tests of a vehicle on the dates of repayment: its `loans`, `dates` (N,) and `cover` looking back (N,),
    the levels `lock_up` and `default` (None where there is none), and the first day on which either is breached. A
    default also begins on the first day on which debt service is not paid."""

    loans: tuple[str, ...]
    dates: Days
    cover: Floats
    lock_up: float | None
    default: float | None
    first_lock_up: date | None
    first_default: date | None


@dataclass(frozen=True)
class SourcesUses:
    """What a vehicle raises and what it pays it for, by name, over the whole life [USD]; the two sum to the same."""

    sources: dict[str, float]
    uses: dict[str, float]


@dataclass(frozen=True)
class LeaseBook:
    """A lease's calendar: contractual start, end of the first term, dates of the options (each with whether it is
    taken up), end, and the day on which the space is physically ready, if known."""

    start: date
    first_end: date
    options: tuple[tuple[date, bool], ...]
    end: date
    ready: date | None

    @property
    def gap_days(self) -> int | None:
        """Days from the contractual start to physical readiness; positive where rent runs before the space is ready."""
        return (self.ready - self.start).days if self.ready is not None else None


@dataclass(frozen=True)
class GuaranteeYears:
    """A guarantee on each anniversary of its start, 0 first, each field of shape (Y,): `dates`, `threshold`, `debt`
    (what the guaranteed loans still owe on that day) and `uncovered` (debt above the most that it pays) in [USD]."""

    dates: Days
    threshold: Floats
    debt: Floats
    uncovered: Floats


@dataclass(frozen=True)
class Quoted:
    """A quote with what follows from it.

    Attributes
    ----------
    at : date
    price, accrued : float [fraction]
        Clean price and accrued interest over what is owed.
    yield_to_maturity : float [1/year]
    benchmark, spread, z_spread : float or None [1/year]
        Benchmark's yield at the weighted average life, yield over it, and spread over the benchmark's zero rates; None
        where no benchmark, or no curve of it, is given.
    life, duration : float [years]
        Weighted average life and modified duration.
    convexity : float [years²]
    dv01 : float [fraction]
        Fall of the price for a yield that is 1 bp higher.
    """

    at: date
    price: float
    accrued: float
    yield_to_maturity: float
    benchmark: float | None
    spread: float | None
    z_spread: float | None
    life: float
    duration: float
    convexity: float
    dv01: float


@dataclass(frozen=True)
class FinanceResult:
    """A deal's statement and what follows from it. M months; money in nominal USD.

    Attributes
    ----------
    months : array of datetime64[M], shape (M,)
    rows : dict of arrays
        Every row of the statement by name: (M,), or () for a scalar. Units stand in ``graph.rows[name].unit``.
    graph : Graph
        For `explain`: ``graph.precedents(name)``, and ``graph.rows[name].path``, the place in the spec of an input.
    solved : dict
        Value found for each unknown, by input row.
    flows : tuple of Flow
        Every payment between two parties.
    parties : dict of arrays, shape (M,) [USD]
        Net cash flow of each party in each month, received positive; `outside` is the rest of the world.
    loans : dict of LoanResult
    cover : dict of Cover
        By vehicle that owes debt.
    lease_years : dict of dicts of arrays, shape (Y,)
        By lease, columns by lease year: ``rent``, ``cfads.<vehicle>``, ``service.<vehicle>``, ``dscr.<vehicle>``,
        ``balance.<loan>`` at its end, ``party.<name>`` net cash flow, ``distribution.<name>`` received.
    funding : dict of SourcesUses
        By vehicle.
    guarantees : dict of GuaranteeYears
    leases : dict of LeaseBook
    covenants : dict of CovenantTests
        By vehicle that has covenants and owes debt.
    metrics : dict of Metric
        ``irr.<party>`` and ``irr_roots.<party>``, ``irr_owner.<party>`` (on its capital alone),
        ``irr_after_tax.<party>``, ``moic.<party>``, ``payback.<party>``, ``npv.<entity>`` (at closing, at its own
        discount rate), ``sign_changes.<party>``, ``tax.<entity>`` (paid in all, less what was saved),
        ``headroom.<vehicle>`` (least cover looking back over the level of lock-up, or of default, minus 1),
        ``locked_months.<vehicle>``, ``default_months.<vehicle>``,
        ``dscr_min``, ``dscr_avg``, ``llcr``, ``plcr``, ``wal.<loan>``, ``unpaid.<loan>``, ``debt_peak``,
        ``rent_year1``, ``rent_total``, ``rent_committed``, ``capitalised_interest``, ``exposure.<name>``,
        ``short_on_day.<vehicle>`` (most that a payment day takes before it comes in later in its month),
        ``uncovered.<guarantee>`` (debt left when it ends), and ``price``, ``yield``, ``spread`` and ``duration`` of
        each quote.
    residuals : dict of float
        Largest relative gap of each conservation law.
    quotes : dict of Quoted
        By loan and name of the quote.
    published : dict of Compared
        By published figure.
    gaps : tuple of Gap
        Where the deal does not close; `closing` finds what would close it.
    """

    months: Days
    rows: dict[str, Floats]
    graph: Graph
    solved: dict[str, float]
    flows: tuple[Flow, ...]
    parties: dict[str, Floats]
    loans: dict[str, LoanResult]
    cover: dict[str, Cover]
    lease_years: dict[str, dict[str, Floats]]
    funding: dict[str, SourcesUses]
    guarantees: dict[str, GuaranteeYears]
    leases: dict[str, LeaseBook]
    covenants: dict[str, CovenantTests]
    metrics: dict[str, Metric]
    residuals: dict[str, float] = field(default_factory=dict)
    quotes: dict[str, Quoted] = field(default_factory=dict)
    published: dict[str, Compared] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    @property
    def residual_money(self) -> float:
        """Largest relative gap of any conservation law of money."""
        return float(np.max([0.0, *self.residuals.values()]))  # not a number stays one

    def row(self, name: str) -> Floats:
        """A row by month, shape (M,), a scalar repeated."""
        return np.broadcast_to(self.rows[name], len(self.months))

    def over_paths(self, given: Mapping[str, float | Floats], rows: Iterable[str]) -> dict[str, Floats]:
        """Rows of the statement over P paths of some of its inputs, as a Monte-Carlo needs them.

        Whatever was solved stays as it was solved in the base case: unknowns of the deal, sizes of reserves, what a
        plan repays. A path changes what is paid, not what was signed; by how much a path misses a figure that was
        solved for is in its row ``check.<name>``. Give a solved input in `given` to vary it too.

        Parameters
        ----------
        given : mapping of input row to array, shape (P, 1) for one value a path or (P, M); or a scalar or (M,)
            Quickest where the values of a month lie side by side in memory (Fortran order).
        rows : names of rows

        Returns
        -------
        dict of arrays, shape (P,) for scalars, or (P, M), in the order of `rows`

        Raises
        ------
        CampusError
            A name that is no input or no row, or a shape that does not fit.
        """
        return self.graph.over_paths({**self.solved, **given}, rows)

    def _known(self, party: str) -> None:
        """Raise CampusError, with the nearest names, where nobody of that name pays or is paid, or could be."""
        known = {party for flow in self.flows for party in (flow.payer, flow.payee)} | {*self.parties}
        if party not in known:
            near = difflib.get_close_matches(party, known, n=3, cutoff=0.4) or sorted(known)
            raise CampusError(Problem(f"no party is called {party[:60]!r}", fix=f"Try {', '.join(near)}"))

    def cashflows(self, party: str, kinds: Collection[str] | None = None) -> tuple[Days, Floats]:
        """A party's payments by day, of some kinds or all: dates (N,), and amounts (N,) [USD], received positive."""
        self._known(party)
        own = [f for f in self.flows if party in (f.payer, f.payee) and (kinds is None or f.kind in kinds)]
        dates = [f.dates for f in own]
        amounts = [self.row(f.row) * ((f.payee == party) - float(f.payer == party)) for f in own]
        if not dates:
            return np.array([], "datetime64[D]"), np.array([])
        days, where = np.unique(np.concatenate(dates), return_inverse=True)
        sums = np.bincount(where, weights=np.concatenate(amounts), minlength=len(days))
        kept = np.abs(sums) > 1e-12 * np.abs(sums).max(initial=0.0)  # a crumb of rounding is no payment
        return days[kept], sums[kept]

    def who_gets_what(self, party: str) -> Mapping[str, Floats]:
        """A party's monthly flows by kind, ``rent paid``, ``interest received`` …, each (M,) [USD] and positive."""
        kinds: dict[str, Floats] = {}
        for flow in self.flows:
            for end, word in ((flow.payer, "paid"), (flow.payee, "received")):
                if end == party and np.any(self.row(flow.row)):
                    key = f"{flow.kind} {word}"
                    kinds[key] = kinds.get(key, np.zeros(len(self.months))) + self.row(flow.row)
        return kinds
