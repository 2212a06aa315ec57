"""Rows of property: how costs are recovered, and the credits they earn.

With the cost so far C, the share of it S, credits so far K and the share of the basis recovered so far R:

- basis ``B = S C - reduction K``: half of an investment credit comes off it [1]_;
- depreciation so far ``D = B (bonus + (1 - bonus) R)``, and of the year ``D_t - D_{t-1}``, so that a cost that is paid
  late is caught up, and what is deducted is never more than the basis;
- an investment credit is ``(rate + adders) x phase x S C``, a production credit ``amount x generation`` a year, each
  once at a year's end. A fifth is left of either where wages are not met [2]_.

References
----------
.. [1] 26 U.S.C. 50(c)(3), 168(b) to (d) and (k); Rev. Proc. 87-57.
.. [2] 26 U.S.C. 45Y and 48E as amended by P.L. 119-21, sections 70512 and 70513.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import OUTSIDE, Asset, Credit, Recovery, Taxpayer, slug
from gigacampus.campus.spec.deal.tax import share_on
from gigacampus.engines.finance.schedule import Months
from gigacampus.engines.finance.statement import Statement, plus

Floats = NDArray[np.float64]


def recovered(recovery: Recovery, service: date, years: int) -> Floats:
    """Share of the basis recovered by the end of each tax year, the first being that of service, shape (years,) [1].

    Examples
    --------
    >>> table = Recovery.model_validate("macrs-5")
    >>> recovered(table, date(2026, 7, 1), 6).round(4).tolist()
    [0.2, 0.52, 0.712, 0.8272, 0.9424, 1.0]
    """
    if recovery.shares:
        shares = np.zeros(years)
        kept = min(years, len(recovery.shares))
        shares[:kept] = recovery.shares[:kept]
        return np.cumsum(shares)
    begun = {"half-year": 0.5, "mid-month": (12.5 - service.month) / 12, "full month": (13 - service.month) / 12}
    line: Floats = np.minimum((np.arange(years) + begun[recovery.convention]) / (recovery.years or 1.0), 1.0)
    return line


def by_month(months: Months, service: date, of_year: Floats) -> Floats:
    """A value of tax years, the first being that of service, by month; 0 before that year, shape (M,)."""
    year = (months.first + np.arange(months.count)) // 12 - service.year
    return np.where(year < 0, 0.0, of_year[np.clip(year, 0, len(of_year) - 1)])


def holder(s: Statement, asset: Asset) -> str:
    """Who deducts an asset: the payer of its cost, or the borrower."""
    deal = s.deal
    cost = deal.construction.get(asset.of) or deal.transfers.get(asset.of)
    return cost.payer if cost is not None else deal.loans[asset.of].borrower


def building(s: Statement, loan: str) -> str:
    """Flag of the months whose interest goes into the basis of the assets that a loan is; 0 where it is none.

    Takes the loan as its rows spell it.
    """
    row = f"tax.{loan}.building"
    return row if row in s.graph.rows else "0"


def _cost(s: Statement, name: str) -> str:
    """What is paid in a month for what an asset is of."""
    n = slug(name)
    if name in s.deal.construction:
        return f"{n}.cost"
    if name in s.deal.transfers:
        return f"{n}.paid"
    return f"(({n}.interest_due + {n}.added) * {building(s, n)} + {n}.fee + {n}.fee_undrawn)"


def _add_buildings(s: Statement) -> None:
    assert s.deal.tax is not None
    starts: dict[str, list[int]] = {}
    for asset in s.deal.tax.assets.values():
        if asset.of in s.deal.loans:
            starts.setdefault(asset.of, []).append(s.months.at(s.calendar.of(asset.in_service)))
    for name, months in starts.items():
        before = (np.arange(s.months.count) < min(months)).astype(float)
        s.graph.add(f"tax.{slug(name)}.building", before, "1", f"{name}: its interest goes into the basis of an asset")


def add_assets(s: Statement) -> None:
    """Basis, depreciation of each year, and what is left of the basis."""
    assert s.deal.tax is not None
    _add_buildings(s)
    years = s.months.count // 12 + 2
    for name, asset in s.deal.tax.assets.items():
        a, service = f"assets.{slug(name)}", s.calendar.of(asset.in_service)
        share = s.number(f"tax.assets.{name}.share", asset.share, "fraction")
        bonus = s.graph.add(f"{a}.bonus", _bonus(s, asset), "fraction", f"{name}: share deducted at once")
        placed = by_month(s.months, service, np.ones(years))
        table = by_month(s.months, service, recovered(asset.recovery, service, years))
        s.graph.add(f"{a}.placed", placed, "1", f"{name}: in service by the end of the year")
        s.graph.add(
            f"{a}.recovered", table, "1", f"{name}: share recovered by the end of the year",
            f"tax.assets.{name}.recovery",
        )  # fmt: skip
        earned = {k: c for k, c in s.deal.tax.credits.items() if c.asset == name and c.basis_reduction}
        halves = {
            k: s.number(f"tax.credits.{k}.basis_reduction", c.basis_reduction, "fraction") for k, c in earned.items()
        }
        reductions = [f"{half} * credits.{slug(k)}.so_far" for k, half in halves.items()]
        s.table(a, name, f"""
            .cost         = prev(.cost) + {share} * {_cost(s, asset.of)} ; cost so far
            .basis        = .cost - {plus(reductions)} ; basis for depreciation
            .deducted     = iff(tax.year_end, .basis * ({bonus} * .placed + (1 - {bonus}) * .recovered), prev(.deducted)) ; depreciation so far
            .depreciation = .deducted - prev(.deducted) ; depreciation of the year
            .left         = .basis - .deducted ; basis not yet deducted
        """)  # fmt: skip  # noqa: E501


def _bonus(s: Statement, asset: Asset) -> float:
    assert s.deal.tax is not None
    taxpayer = s.deal.tax.entities.get(holder(s, asset), Taxpayer())
    if not (asset.bonus and asset.recovery.bonus):
        return 0.0
    return share_on(taxpayer.regime.bonus, s.calendar.of(asset.acquired), 0.0)


def add_credits(s: Statement) -> None:
    """Credit of each year, and the payment for one that is sold."""
    assert s.deal.tax is not None
    for name, credit in s.deal.tax.credits.items():
        c, asset = f"credits.{slug(name)}", s.deal.tax.assets[credit.asset]
        service = s.calendar.of(asset.in_service)
        left = credit.share(s.calendar.of(credit.construction_start), service)
        left *= 1.0 if credit.wages else credit.without_wages
        s.graph.add(f"{c}.share", left, "fraction", f"{name}: share that dates and wages leave")
        earned = _invested(s, name, credit) if credit.kind == "investment" else _produced(s, name, credit, service)
        s.table(c, name, earned + """
            .credit = .so_far - prev(.so_far) ; credit of the year
        """)  # fmt: skip
        if credit.transfer is not None:
            price = s.number(f"tax.credits.{name}.transfer", credit.transfer, "fraction")
            s.table(c, name, f".sold = {price} * .credit ; paid by who buys it")
            s.flow(f"{c}.sold", "credit sold", OUTSIDE, holder(s, asset), s.months.days(), "operating", "operating")


def _invested(s: Statement, name: str, credit: Credit) -> str:
    rate = s.number(f"tax.credits.{name}.rate", credit.rate, "fraction")
    eligible = s.number(f"tax.credits.{name}.eligible", credit.eligible, "fraction")
    a = f"assets.{slug(credit.asset)}"
    whole = f"({rate} + {credit.raised()!r}) * .share * {eligible} * {a}.cost * {a}.placed"
    return f".so_far = iff(tax.year_end, {whole}, prev(.so_far)) ; credit so far"


def _produced(s: Statement, name: str, credit: Credit, service: date) -> str:
    """Amount times generation of the years from service on, each year's months counted at its end."""
    month = np.arange(s.months.count) - s.months.at(service)
    c = f"credits.{slug(name)}"
    s.graph.add(f"{c}.runs", ((month >= 0) & (month < 12 * credit.years)) / 12, "year", f"{name}: it is earned")
    s.graph.add(f"{c}.year", np.maximum(by_month(s.months, service, np.arange(s.months.count // 12 + 2.0)), 0), "year",
                f"{name}: calendar years since service")  # fmt: skip
    amount = s.number(f"tax.credits.{name}.amount", credit.amount, "USD/MWh")
    growth = s.number(f"tax.credits.{name}.growth", credit.growth, "fraction")
    output = s.number(f"tax.credits.{name}.generation", credit.generation, "MWh")
    price = f"{amount} * {1 + credit.raised()!r} * .share * (1 + {growth}) ** .year"
    return f"""
        .earned = prev(.earned) + {price} * {output} * .runs ; earned so far
        .so_far = iff(tax.year_end, .earned, prev(.so_far)) ; credit so far
    """


def kept(s: Statement, entity: str) -> list[str]:
    """Rows of the credits that an entity earns and does not sell."""
    assert s.deal.tax is not None
    found = s.deal.tax.credits.items()
    return [
        f"credits.{slug(name)}.credit" for name, credit in found
        if credit.transfer is None and holder(s, s.deal.tax.assets[credit.asset]) == entity
    ]  # fmt: skip
