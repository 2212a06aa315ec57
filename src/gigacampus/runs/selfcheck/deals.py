"""Random deals: vehicles above vehicles, works, loans of every kind, leases, guarantees, services, one unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from gigacampus.days import add_months
from gigacampus.runs.selfcheck.draw import Draw, Tree

EVERY = ("monthly", "quarterly", "half-yearly", "yearly")
AMORTISATION = ("level", "growing", "sculpted", "bullet", "balloon", "list")
PARTIES = ("Tenant Inc", "Sponsor", "Fund", "Bank", "Insurer")


def deal(draw: Draw, ready: Mapping[str, date]) -> Tree:
    """A deal, on the phases of a campus (name and day of each) or alone."""
    first = min(ready.values(), default=date(2029, 3, 17))
    works = draw.whole(6, 40)
    close = add_months(first, -works)
    cost = draw.size(1e7, 5e10)
    tree: Tree = {
        "close": close,
        "entities": dict.fromkeys(PARTIES) | _vehicles(draw),
        "construction": _works(draw, cost, works),
        "loans": _loans(draw, cost, close, first) if draw.chance(0.85) else {},
        "leases": {"campus": _lease(draw, cost, first, ready)},
        "services": _services(draw, cost, first, bool(ready)),
        "transfers": {"fee": {"payer": "Fund", "payee": "Sponsor", "what": "fee", "amount": _usd(draw, cost / 200)}},
        "exposures": {"at the end of the year": _exposure(draw, close, cost)},
        "benchmarks": {"term rate": _rates(draw, close)},
    }
    _fund(draw, tree)
    if "senior" in tree["loans"] and draw.chance(0.3):
        tree["guarantees"] = {"value": _guarantee(draw, tree["loans"]["senior"])}
    if draw.chance(0.3):
        _solve(draw, tree)
    for noun in draw.some(["services", "transfers", "exposures"], 0.3):
        del tree[noun]
    return tree


def _usd(draw: Draw, amount: float) -> str:
    unit, factor = draw.pick([("USD", 1.0), ("m USD", 1e6), ("bn USD", 1e9)])
    return f"{float(f'{amount:.5g}') / factor:.12g} {unit}"


def _vehicles(draw: Draw) -> Tree:
    held = draw.share(5, 95, edges=0.0).replace(" bp", " bp")
    share = float(held.split()[0]) / (100 if "bp" in held else 1)
    split = {"Sponsor": f"{share:.8g} %", "Fund": f"{100 - share:.8g} %"}
    if draw.chance(0.4):
        return {"Owner LLC": {"owners": {"Holding": "80 %", "Tenant Inc": "20 %"}}, "Holding": {"owners": split}}
    return {"Owner LLC": {"owners": split, "while_building": draw.pick(["keep", "distribute"])}}


def _works(draw: Draw, cost: float, months: int) -> Tree:
    shell: Tree = {"payer": "Owner LLC", "amount": _usd(draw, 0.7 * cost)}
    shell |= {"start": "close", "end": {"event": "close", "plus": f"{months} months"}}
    if draw.chance(0.6):
        shell["b"] = draw.between(0.5, 6)
    return {"shell": shell, "land": {"payer": "Owner LLC", "amount": _usd(draw, 0.3 * cost)}}


def _loans(draw: Draw, cost: float, close: date, first: date) -> Tree:
    loans = {"senior": _loan(draw, draw.between(0.3, 0.7) * cost, close, first)}
    if draw.chance(0.3):
        loans["junior"] = _loan(draw, draw.between(0.05, 0.2) * cost, close, first) | {"rank": draw.pick([1, 2])}
    return loans


def _loan(draw: Draw, amount: float, close: date, first: date) -> Tree:
    every = draw.pick(EVERY)
    until = add_months(first, 12 * draw.pick([0, 0, 0, 1, 2]))
    kind = draw.pick(AMORTISATION)
    years = draw.whole(2, 20)
    loan: Tree = {"borrower": "Owner LLC", "amount": _usd(draw, amount), "rest": draw.pick(["outside", "Bank"])}
    loan |= {"interest_only_until": until, "final": add_months(until, 12 * years), "every": every}
    loan |= {"day_count": draw.pick(["30/360", "act/360", "act/365"]), "funded": draw.pick(["day one", "as drawn"])}
    loan |= _coupon(draw) | {"amortisation": _amortisation(draw, kind, every, years)}
    loan |= {"holders": {"Insurer": _usd(draw, amount * draw.between(0.1, 0.9))}} if draw.chance(0.4) else {}
    return loan | ({"dsra": draw.pick([3, 6, 12])} if draw.chance(0.3) else {})


def _coupon(draw: Draw) -> Tree:
    if draw.chance(0.7):
        return {"coupon": draw.share(0, 12)}
    return {"benchmark": "term rate", "spread": f"{draw.between(0, 400)} bp"}


def _amortisation(draw: Draw, kind: str, every: str, years: int) -> Tree:
    tree: Tree = {"kind": kind}
    if kind == "growing":
        tree["growth"] = f"{draw.between(-2, 5)} %"
    elif kind == "sculpted":
        tree["dscr"] = draw.between(1.0, 2.0)
    elif kind == "balloon":
        tree["balloon"] = draw.share(0, 100)
    elif kind == "list":
        count = years * {"monthly": 12, "quarterly": 4, "half-yearly": 2, "yearly": 1}[every]
        tree["shares"] = [f"{1e4 / count!r} bp"] * count
    return tree


def _lease(draw: Draw, cost: float, first: date, ready: Mapping[str, date]) -> Tree:
    start = {"event": draw.pick(list(ready))} if ready and draw.chance(0.5) else first
    lease: Tree = {
        "landlord": "Owner LLC",
        "tenant": "Tenant Inc",
        "start": start,
        "term": f"{draw.whole(1, 15)} years",
    }
    rent = _usd(draw, cost * draw.between(0.05, 0.2))
    lease |= {"rent": rent, "escalator": draw.share(0, 4), "every": draw.pick(EVERY)}
    lease["timing"] = draw.pick(["arrears", "advance"])
    if draw.chance(0.4):
        lease["options"] = [f"{draw.whole(1, 5)} years" for _ in range(draw.whole(1, 4))]
        lease["exercised"] = draw.whole(0, len(lease["options"]))
    if draw.chance(0.2):
        lease["parts"] = {"a": {"share": "40 %", "start": first}, "b": {"share": "60 %", "start": add_months(first, 5)}}
    return lease


def _services(draw: Draw, cost: float, first: date, physical: bool) -> Tree:
    fixed: Tree = {"payer": "Owner LLC", "amount": _usd(draw, cost * draw.between(0.001, 0.02))}
    fixed |= {"escalator": draw.share(0, 4), "start": first, "end": add_months(first, draw.whole(12, 200))}
    services = {"upkeep": fixed}
    if physical or draw.chance(0.2):
        services["power"] = {"payer": draw.pick(["Owner LLC", "Tenant Inc"]), "cost": "energy"}
    return services


def _exposure(draw: Draw, close: date, cost: float) -> Tree:
    return {
        "party": draw.pick(["Tenant Inc", "Fund"]),
        "at": close.replace(month=12, day=31),
        "carrying": _usd(draw, cost),
    }


def _rates(draw: Draw, close: date) -> list[Tree]:
    return [{"start": add_months(close, 18 * step), "rate": draw.share(0, 6)} for step in range(3)]


def _fund(draw: Draw, tree: Tree) -> None:
    """What pays for the works: loans in order, or a loan and the owners side by side."""
    loans = list(tree["loans"])
    steps: list[Tree] = [{"source": name} for name in draw.shuffled(loans)]
    if loans and draw.chance(0.3):
        share = draw.between(20, 80)
        steps = [{"shares": {"senior": f"{share} %", "owners": f"{100 - share:.8g} %"}}]
    if steps and draw.chance(0.8):
        tree["entities"]["Owner LLC"]["funding"] = steps


def _guarantee(draw: Draw, loan: Tree) -> Tree:
    start = loan["interest_only_until"]
    tree: Tree = {"guarantor": "Sponsor", "beneficiary": "Owner LLC", "start": start, "until": loan["final"]}
    if draw.chance(0.5):
        return tree | {"loan": "senior", "multiple": draw.between(0.5, 1.5)}
    return tree | {"table": [{"after": "0 years", "amount": "5 bn USD"}, {"after": "3 years", "amount": "1 bn USD"}]}


def _solve(draw: Draw, tree: Tree) -> None:
    """Find the rent, or the amount of the works, from a sum that is published."""
    if draw.chance(0.5):
        rent = tree["leases"]["campus"]["rent"]
        tree["leases"]["campus"]["rent"] = "unknown"
        tree["solve"] = [{"unknown": "leases.campus.rent", "so_that": "campus.rent_total", "equals": rent}]
    else:
        amount = tree["construction"]["shell"]["amount"]
        tree["construction"]["shell"]["amount"] = "unknown"
        tree["solve"] = [{"unknown": "construction.shell.amount", "so_that": "shell.total", "equals": amount}]
