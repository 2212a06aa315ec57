"""Deals of any shape: money is conserved in all of them, and nothing is not a number."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from any_deal import deals, taxed
from gigacampus.campus.spec.deal import Deal
from gigacampus.engines.finance import run, supports
from gigacampus.errors import InfeasibleError


@settings(max_examples=40)
@given(deals() | taxed())
def test_any_deal_is_conserved(spec: Deal) -> None:
    found = run(spec)
    assert found.residual_money < 1e-11, found.residuals
    for flow in found.flows:
        assert np.all(np.isfinite(found.row(flow.row))), flow
        assert found.row(flow.row).min() > -1e-3, flow
    for name, loan in found.loans.items():
        assert loan.balance.min() > -1e-3, name
    for name, metric in found.metrics.items():
        assert (metric.value is None) == bool(metric.reason), name
        assert metric.value is None or np.isfinite(metric.value), name


@st.composite
def rated(draw: st.DrawFn) -> Deal:
    """Such a deal with a loan and a lease whose supports are removed; without sweeps, which may come before repayment
    begins, when the statement charges interest on all that was drawn."""
    spec = draw((deals() | taxed()).filter(lambda spec: spec.loans and spec.leases))
    whole = spec.model_dump()
    for entity in whole["entities"].values():
        if entity["covenants"] is not None:
            entity["covenants"] |= {"default": None, "sweep": 0.0, "sweep_below": None}
    amounts = sorted(draw(st.lists(st.floats(0, 2e9), min_size=2, max_size=2)), reverse=True)
    markets = {f"market {k}": {"value": v, "rent": draw(st.floats(0, 1.5))} for k, v in enumerate(amounts)}
    view = {
        "loan": draw(st.sampled_from(sorted(spec.loans))), "lease": draw(st.sampled_from(sorted(spec.leases))),
        "void": draw(st.integers(0, 24)), "markets": markets,
        "pays_until": draw(st.none() | st.just({"event": "close", "plus": 60})),
    }  # fmt: skip
    return Deal.model_validate(whole | {"rating": view})


@settings(max_examples=25)
@given(rated())
def test_the_rating_view_of_any_deal(spec: Deal) -> None:
    try:
        found = run(spec)
    except InfeasibleError:
        return  # a reserve and the loan that pays for it have no size
    view = supports(spec, found)
    one = view.experiment
    assert set(view.coverage) == set(spec.loans)
    assert (one is None) == (found.loans[spec.rating.loan].draw.sum() <= 1)
    for case in one.cases if one is not None else ():
        assert case.worth <= 100 + 1e-6, case
        assert case.worth >= -1e-9, case
        assert -1e-9 <= case.recovered <= 1 + 1e-9, case
        assert one.case([], case.market, case.after, case.paid).worth == one.case([], "market 0").worth
        bare = one.case(case.removed | {"guarantee"}, case.market, case.after, case.paid)
        assert bare.worth <= case.worth + 1e-9, (bare, case)
