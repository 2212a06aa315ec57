"""Lines of figures of the deal, each named as its figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import numpy as np
from figure_lines import Claim, cell, column, columns, english, kpi, notes, said

from gigacampus.campus.spec.deal import slug
from gigacampus.faces import numbers
from gigacampus.faces.figures import Figure
from gigacampus.runs.pipeline import Run


def paid(r: Run, kind: str, payer: str = "", payee: str = "") -> float:
    """Payments of a kind over the life [USD]."""
    flows = (
        one for one in r.finance.flows if one.kind == kind and payer in ("", one.payer) and payee in ("", one.payee)
    )
    return sum(float(r.finance.row(one.row).sum()) for one in flows)


def lent(r: Run) -> float:
    return sum(float(loan.draw.sum()) for loan in r.finance.loans.values())


def served(r: Run) -> float:
    return sum(float(loan.service.sum()) for loan in r.finance.loans.values())


def money_sankey(r: Run, f: Figure) -> Iterator[Claim]:
    rent = kpi(r, "finance.rent_total")
    yield cell(f, ("Meta", "JV", "rent"), "Amount"), rent / 1e9
    yield from said(f, numbers.money(rent), numbers.money(served(r)), numbers.money(lent(r)))


def sources_and_uses(r: Run, f: Figure) -> Iterator[Claim]:
    interest, raised = kpi(r, "finance.capitalised_interest"), sum(r.finance.funding["Beignet"].sources.values())
    yield cell(f, ("Beignet", "sources", "Notes"), "Amount"), lent(r) / 1e9
    yield cell(f, ("Beignet", "uses", "Notes, interest while building"), "Amount"), interest / 1e9
    yield from said(f, f"${numbers.significant(interest / 1e9)}", numbers.money(raised))


def term_sheet(r: Run, f: Figure) -> Iterator[Claim]:
    loan = r.finance.loans["notes"]
    last = date.fromisoformat(str(loan.dates[np.flatnonzero(loan.service > 1)[-1]]))
    yield english(cell(f, "Drawn", "Notes")), numbers.money(lent(r), 4).replace(numbers.THIN, " ")
    yield from said(f, numbers.money(lent(r)), numbers.month(last))


def debt_and_cover(r: Run, f: Figure) -> Iterator[Claim]:
    book, loan = next(iter(r.finance.leases.values())), r.finance.loans["notes"]
    owed = float(loan.balance[list(r.finance.months).index(np.datetime64(book.first_end, "M"))])
    (covers,) = [i for i, c in enumerate(f.table.columns) if "DSCR" in english(c.name)]
    yield sum(filter(None, column(f, "Rent"))), kpi(r, "finance.rent_total") / 1e9
    yield sum(filter(None, column(f, "Debt service"))), served(r) / 1e9
    yield min(row[covers] for row in f.table.rows if row[covers]), kpi(r, "finance.dscr_min")
    yield from said(f, numbers.money(owed), numbers.fixed(kpi(r, "finance.dscr_min"), 2))
    assert f"<b>{numbers.fixed(owed / 1e9, 1)}</b>" in notes(f)
    ends = [np.flatnonzero(r.finance.months <= np.datetime64(f"{one}-12"))[-1] for one in column(f, "Year")]
    yield from columns(f, Balance=loan.balance[ends] / 1e9)


def annual_cash(r: Run, f: Figure) -> Iterator[Claim]:
    years = r.finance.months.astype("datetime64[Y]").astype(int) + 1970
    owners = {o for e in r.campus.deal.entities.values() for o in e.owners} - {
        v for v, e in r.campus.deal.entities.items() if e.owners
    }
    got = sum(r.finance.row(one.row) for one in r.finance.flows if one.paid == "owners" and one.payee in owners)
    by_year = {int(y): float(got[years == y].sum()) for y in np.unique(years)}
    best = max(by_year, key=lambda y: by_year[y])
    cash = r.finance.row("beignet.cfads")
    yield from zip(
        column(f, "CFADS"), (float(cash[years == int(y)].sum()) / 1e9 for y in column(f, "Year")), strict=True
    )
    yield sum(sum(column(f, f"To {owner}")) for owner in owners) * 1e9, sum(by_year.values())
    yield from said(f, numbers.money(sum(by_year.values())), numbers.money(by_year[best]), str(best))
    yield sum(filter(None, column(f, "Debt service"))), served(r) / 1e9
    yield min(filter(None, column(f, "Least DSCR"))), kpi(r, "finance.dscr_min")


def who_gets_what(r: Run, f: Figure) -> Iterator[Claim]:
    holders = r.finance.loans["notes"].holders
    pimco = next(name for name in holders if slug(name) == "pimco")
    yield cell(f, (pimco, "as lender"), "Received"), served(r) * holders[pimco] / 1e9
    yield cell(f, (pimco, "as lender"), "IRR before"), 100 * kpi(r, "finance.irr.pimco")
    yield cell(f, ("Meta", "as tenant"), "Paid in"), kpi(r, "finance.rent_total") / 1e9
    rent, back = kpi(r, "finance.rent_total") / 1e9, served(r) / 1e9
    yield from said(f, f"${numbers.significant(rent)}", numbers.significant(back))
    yield from columns(f, Net=(b - a for a, b in zip(column(f, "Paid in"), column(f, "Received"), strict=True)))


def guarantee_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    years = r.finance.guarantees["residual value"]
    yield from zip(column(f, "Guarantee"), years.threshold / 1e9, strict=True)
    yield from zip(column(f, "Debt"), years.debt / 1e9, strict=True)
    yield from zip(column(f, "Not covered"), np.maximum(years.debt - years.threshold, 0) / 1e9, strict=True)
    yield from said(f, numbers.money(kpi(r, "finance.uncovered.residual_value")))
    assert any(f"<b>{numbers.fixed(max(years.uncovered) / 1e9, 1)}</b>" in text for text in notes(f)), notes(f)


def tornado(r: Run, f: Figure) -> Iterator[Claim]:
    cover = kpi(r, "finance.dscr_min")  # all of it is rent
    yield cell(f, "Base case", "Cover"), cover
    yield cell(f, ("Rent", f"{numbers.MINUS}10 %"), "Cover"), 0.9 * cover
    yield cell(f, ("Rent", "+10 %"), "Cover"), 1.1 * cover
    yield from said(f, "10 % lower", numbers.fixed(cover, 2), numbers.fixed(0.9 * cover, 2))
    yield cell(f, "Base case", "Blue Owl"), 100 * kpi(r, "finance.irr.blue_owl")
    yield from zip(
        f.table.rows[0][2:],
        (one.value * (1 if one.unit == "1" else 100) for one in r.sensitivity.base.values()),
        strict=True,
    )


def two_way(r: Run, f: Figure) -> Iterator[Claim]:
    cells = [english(one) for row in f.table.rows for one in row[1:]]
    yield english(cell(f, "base", "base")), numbers.fixed(kpi(r, "finance.dscr_min"), 2)
    yield english(cell(f, f"{numbers.MINUS}10 %", "base")), numbers.fixed(0.9 * kpi(r, "finance.dscr_min"), 2)
    below = int(np.count_nonzero(r.sensitivity.two_way.values < 1))
    yield sum("short" in one for one in cells), below
    yield from said(f, f"{below} of {len(cells)}")
    written = (numbers.fixed(float(value), 2) for value in np.ravel(r.sensitivity.two_way.values))
    yield from zip(cells, written, strict=True)


def fan(r: Run, f: Figure) -> Iterator[Claim]:
    yield min(column(f, "Base case")), kpi(r, "finance.dscr_min")
    yield from said(f, numbers.fixed(float(r.sensitivity.chances.exceeded["dscr_min"][-1]), 2))
    levels = np.array([column(f, f"{level} % below") for level in (1, 5, 25, 50, 75, 95, 99)], float)
    assert np.all(np.diff(levels, axis=0) >= 0)
    (drawn,) = (one["dscr"] for one in r.sensitivity.chances.fans.values() if "dscr" in one)
    for level in (1, 5, 25, 50, 75, 95, 99):
        yield from columns(f, **{f"{level} % below": drawn.at(float(level))})


def value_by_year(r: Run, f: Figure) -> Iterator[Claim]:
    renewal = r.renewal
    yield from zip(column(f, "Debt"), renewal.debt / 1e9, strict=True)
    gone = {n: one for n, one in renewal.scenarios.items() if r.kpi[f"finance.renewal.exit_year.{slug(n)}"].value}
    for name, one in renewal.scenarios.items():
        head = f"{name[:1].upper()}{name[1:]}"
        yield from zip(column(f, f"{head}: shortfall"), np.maximum(renewal.threshold - one.value, 0) / 1e9, strict=True)
    most = max(float(one.shortfall[renewal.ends[one.choice.exit]]) for one in gone.values())
    yield from said(f, numbers.money(most), f"{numbers.word(len(gone))} of {numbers.word(len(renewal.scenarios))}")
    yield from columns(f, Guarantee=renewal.threshold / 1e9)
    for name, one in renewal.scenarios.items():
        yield from columns(f, **{f"{name[:1].upper()}{name[1:]}: value": one.value / 1e9})


def persistence(r: Run, f: Figure) -> Iterator[Claim]:
    sweep = r.renewal.sweep
    yield from zip(column(f, "Collapse"), sweep.shortfall["collapse"][:, 0] / 1e9, strict=True)
    yield from zip(column(f, "Leaves in"), 100 * sweep.exits[:, 0], strict=True)
    called = np.max([lost[:, 0] for lost in sweep.shortfall.values()], axis=0) > 0
    last = int(np.flatnonzero(called)[-1])
    years = float(english(f.title).split(" years")[0].split()[-1])
    assert math.log(2) / sweep.mean_reversion[last + 1] <= years * 1.05
    assert years * 0.95 <= math.log(2) / sweep.mean_reversion[last]
    yield from columns(f, Speed=sweep.mean_reversion, Hype=sweep.shortfall["hype cycle"][:, 0] / 1e9)
    yield from columns(f, Leaves_by=100 * sweep.exits[:, :-1].sum(axis=1))
    yield from columns(f, **{"1 path in 20": sweep.paths_shortfall[:, 1, 0] / 1e9})


def loss_by_party(r: Run, f: Figure) -> Iterator[Claim]:
    at = int(r.renewal.ends[0])
    wanted = ["Collapse", str(r.renewal.dates[at]), "Guaranteed", "owners paid by share"]
    rows = [row for row in f.table.rows if [english(x) for x in row[:4]] == wanted and english(row[5]) == "lender"]
    lost = sum(float(x[at]) for x in r.renewal.scenarios["collapse"].losses["by share"].lenders.values())
    yield sum(row[-1] for row in rows) * 1e9, lost
    yield from said(f, f"{numbers.percent(lost / float(r.renewal.debt[at]))} %")


def worth_without_supports(r: Run, f: Figure) -> Iterator[Claim]:
    left = min(kpi(r, f"finance.worth_without_tenant.{slug(market)}") for market in r.supports.experiment.markets)
    yield cell(f, ("As agreed", "flat"), "Worth, sold, lenders first"), 100.0
    yield left in column(f, "Worth, sold, lenders first"), True
    yield from said(f, numbers.fixed(kpi(r, "finance.dscr_min"), 2), f"{numbers.fixed(left, 0)} of 100")
    one, ways = (
        r.supports.experiment,
        [(then, paid) for then in ("sold", "let again") for paid in ("lenders first", "by share")],
    )
    for rows, gone in (
        (f.table.rows[: len(one.markets)], set()),
        (f.table.rows[-len(one.markets) :], {"lease", "guarantee", "reserve"}),
    ):
        for row, market in zip(rows, one.markets, strict=True):
            cases = [one.case(frozenset(gone), market, *way) for way in ways]
            has = [
                *(x.worth for x in cases),
                *(100 * x.recovered for x in cases),
                cases[0].life,
                cases[0].guaranteed / 1e9,
            ]
            yield from zip(row[2:], has, strict=True)
    firsts, shares = column(f, "Worth, sold, lenders"), column(f, "Worth, sold, by share")
    apart = [b for a, b in zip(firsts, shares, strict=True) if a - b > 0.5]
    strokes = [x for trace in f.data if trace["type"] == "scatter" for x in trace["x"]]
    yield from zip(sorted(strokes), sorted(apart), strict=True)


def off_the_balance_sheet(r: Run, f: Figure) -> Iterator[Claim]:
    (lease,) = r.accounting.leases.values()
    value = english(cell(f, "Value of rents and guarantee over fair value", "Figure"))
    yield value, f"{numbers.percent(kpi(r, 'finance.lease_test.campus'))} %"
    yield from said(f, value, f"{numbers.percent(lease.certain.rents / lease.fair_value)} %")
    yield english(cell(f, "Value of rents and guarantee over fair value", "Threshold")), "90 %"


def balance_sheets(r: Run, f: Figure) -> Iterator[Claim]:
    at = [str(one) for one in r.accounting.dates].index(english(f.subtitle).split("end of ")[1].split(",")[0])
    month = list(r.finance.months).index(r.accounting.dates[at])
    owed = float(r.finance.loans["notes"].balance[month])
    for cells in list(zip(*f.table.rows, strict=True))[1:]:  # assets, their sum, and claims
        yield sum(x or 0 for x in cells[:-1]) / 3, cells[-1]
    yield cell(f, "Loans, with interest owed", "Beignet, nothing") * 1e9 >= owed, True
    yield from said(f, numbers.money(owed))


def covenants(r: Run, f: Figure) -> Iterator[Claim]:
    tests = r.finance.covenants["Operator"]
    yield cell(f, "Operator, lock-up", "Least tested cover"), min(tests.cover)
    yield cell(f, "Operator, lock-up", "Level"), r.campus.deal.entities["Operator"].covenants.lock_up
    yield from said(f, f"{numbers.percent(min(tests.cover) / tests.lock_up - 1)} %")
    yield cell(f, "Operator, lock-up", "Months"), np.count_nonzero(tests.cover < tests.lock_up)
    yield (
        english(cell(f, "Operator, lock-up", "Headroom")),
        f"{numbers.percent(min(tests.cover) / tests.lock_up - 1)} %",
    )


def as_published(r: Run, f: Figure) -> Iterator[Claim]:
    misses = [kpi(r, f"finance.miss.{slug(name)}") for name in r.finance.published]
    yield from zip(column(f, "Miss"), misses, strict=True)
    yield from said(f, f"{sum(abs(miss) <= 1 + 1e-6 for miss in misses)} of {len(misses)}")
    for name, what in (("Published", "published"), ("Here", "value")):
        for text, one in zip(column(f, name), r.finance.published.values(), strict=True):
            yield english(text), f"{getattr(one, what) / (1e9 if one.unit == 'USD' else 1):.3g}"


def what_does_not_close(r: Run, f: Figure) -> Iterator[Claim]:
    """Of forty million that owners may pay in, fifteen are taken away: that is what is open, and what closes it."""
    yield column(f, "Value")[0], "15"
    yield cell(f, "entities.Issuer.funding[1].up_to", "Value"), "40"
    yield from said(f, "$15.0 m")
