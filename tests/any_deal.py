"""Deals of any shape, for tests that draw them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from gigacampus.campus.spec.deal import MONTHS, Deal

EVERY = st.sampled_from(sorted(MONTHS))
RATES = st.floats(0.0, 0.15)
KINDS: list[dict[str, Any]] = [
    {"kind": "level"}, {"kind": "growing", "growth": 0.02}, {"kind": "bullet"}, {"kind": "balloon", "balloon": 0.4},
    {"kind": "sculpted", "dscr": 1.3}, {"kind": "list", "shares": [0.5, 0.25, 0.25]},
]  # fmt: skip


@st.composite
def loans(draw: st.DrawFn, borrower: str) -> dict[str, Any]:
    """A loan of any kind."""
    floating = draw(st.booleans())
    return {
        "borrower": borrower,
        "rest": draw(st.sampled_from(["Bank", "Fund"])),
        "amount": draw(st.just(0.0) | st.floats(1e6, 1e9)),
        "funded": draw(st.sampled_from(["day one", "as drawn"])),
        "escrow_yield": draw(RATES),
        "start": draw(st.sampled_from(["close", date(2026, 3, 31)])),
        "interest_only_until": {"event": "close", "plus": draw(st.integers(7, 40))},
        "final": {"event": "close", "plus": draw(st.integers(48, 200))},
        "every": draw(EVERY),
        "day_count": draw(st.sampled_from(["30/360", "act/360", "act/365"])),
        "interest_while_building": draw(st.sampled_from(["paid", "added"])),
        "amortisation": draw(st.sampled_from(KINDS)),
        "rank": draw(st.integers(1, 2)),
        "upfront_fee": draw(st.floats(0, 0.03)),
        "commitment_fee": draw(st.floats(0, 0.01)),
        "dsra": draw(st.sampled_from([0, 6])),
        "call": draw(st.sampled_from([None, {"premium": 0.02}, {"make_whole": 0.03}])),
        "step_ups": draw(st.sampled_from([[], [{"start": date(2029, 1, 1), "rate": 0.005}]])),
        "coupon": None if floating else draw(RATES),
        "benchmark": "rate" if floating else None,
        "floor": draw(st.sampled_from([None, 0.03])) if floating else None,
    }


COVENANTS: list[dict[str, Any] | None] = [
    None, {"lock_up": 1.2}, {"default": 1.1, "lock_up": 1.2, "look_back": 6, "cure": 5e7}, {"sweep": 0.5},
    {"sweep": 0.3, "sweep_below": 1.4, "look_back": 3}, {"cure": 1e9},
]  # fmt: skip
PROMOTES = [None, {"to": "Partner", "tiers": [{"above": 0.05, "share": 0.2}, {"above": 0.1, "share": 0.6}]}]


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    """A venture under a holding, both of which may borrow, with works, leases, services and transfers of any kind."""
    names = ["Box", "Holding"]
    start = date(2026, draw(st.integers(1, 12)), draw(st.integers(1, 28)))
    works = {
        f"works {k}": {"payer": draw(st.sampled_from(names)), "amount": draw(st.floats(0, 2e9)), "start": "close",
                       "end": {"event": "close", "plus": draw(st.integers(1, 40))},
                       "b": draw(st.none() | st.floats(0.2, 6))}
        for k in range(draw(st.integers(0, 2)))
    }  # fmt: skip
    leases = {
        f"lease {k}": {"landlord": draw(st.sampled_from(names)), "tenant": "Tenant", "term": draw(st.integers(1, 12)),
                       "start": {"event": "close", "plus": draw(st.integers(0, 60))}, "rent": draw(st.floats(0, 1e9)),
                       "escalator": draw(st.floats(-0.05, 0.1)), "every": draw(EVERY),
                       "timing": draw(st.sampled_from(["arrears", "advance"]))}
        for k in range(draw(st.integers(0, 2)))
    }  # fmt: skip
    borrowed = {f"loan {k}": draw(loans(draw(st.sampled_from(names)))) for k in range(draw(st.integers(0, 3)))}
    takers = [name for name, loan in borrowed.items() if loan["borrower"] == "Box"]
    if len(takers) > 1 and draw(st.booleans()):  # the last pays off the first
        begin = {"event": "close", "plus": draw(st.integers(41, 44))}
        grace = {"event": "close", "plus": 46}
        borrowed[takers[-1]] |= {"refinances": takers[0], "start": begin, "interest_only_until": grace}
    services = {
        "overhaul": {"payer": "Box", "amount": draw(st.floats(0, 3e8)), "interval": draw(st.integers(1, 5)),
                     "reserved": draw(st.booleans()), "start": "close", "end": {"event": "close", "plus": 130}},
        "opex": {"payer": draw(st.sampled_from(names)), "amount": draw(st.floats(0, 3e8)), "start": "close",
                 "end": {"event": "close", "plus": 120}}
    }  # fmt: skip
    transfers = {
        "gift": {"payer": "Owner", "payee": "Box", "what": "contribution", "amount": draw(st.floats(0, 1e9))},
        "back": {"payer": "Box", "payee": "Owner", "what": "distribution", "amount": draw(st.floats(0, 1e9))},
    }
    keep = {name: draw(st.sampled_from(["keep", "distribute"])) for name in names}
    return Deal.model_validate({
        "close": start,
        "entities": {
            "Owner": {}, "Partner": {}, "Tenant": {}, "Bank": {}, "Fund": {},
            "Holding": {"owners": {"Owner": 1.0}, "while_building": keep["Holding"],
                        "covenants": draw(st.sampled_from(COVENANTS))},
            "Box": {"owners": {"Holding": 0.7, "Partner": 0.3}, "while_building": keep["Box"],
                    "covenants": draw(st.sampled_from(COVENANTS)), "promote": draw(st.sampled_from(PROMOTES))},
        },
        "construction": works, "leases": leases, "loans": borrowed, "services": services, "transfers": transfers,
        "benchmarks": {"rate": [{"start": date(2026, 6, 1), "rate": 0.04}, {"start": date(2028, 1, 1), "rate": 0.02}]},
    })  # fmt: skip


@st.composite
def taxed(draw: st.DrawFn) -> Deal:
    """Such a deal whose parties are taxed in any way, with what its costs and loans become, and credits."""
    spec = draw(deals())
    kinds = ["macrs-5", "macrs-15", "nonresidential-39"]
    assets = {
        f"asset {k}": {"of": of, "share": draw(st.floats(0, 1)), "recovery": draw(st.sampled_from(kinds)),
                       "in_service": {"event": "close", "plus": draw(st.integers(0, 60))}, "bonus": draw(st.booleans())}
        for k, of in enumerate([*spec.construction, *spec.loans])
    }  # fmt: skip
    credits = {
        f"credit {k}": {"use": "itc-clean", "asset": f"asset {k}", "transfer": draw(st.none() | st.floats(0.8, 1))}
        for k in range(len(assets)) if draw(st.booleans())
    }  # fmt: skip
    how = [{"treatment": t, "losses": x} for t in ("taxable", "partnership") for x in ("carried", "used")]
    entities = {name: draw(st.sampled_from(how)) for name in ("Owner", "Partner", "Tenant", "Holding", "Box")}
    tax = {"entities": entities, "assets": assets, "credits": credits}
    return Deal.model_validate(spec.model_dump() | {"tax": tax})
