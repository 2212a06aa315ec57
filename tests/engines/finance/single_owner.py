"""NREL's single owner model for a deal of the same shape: one plant, one loan, one owner, calendar years.

References
----------
.. [1] NREL-PySAM, Singleowner. https://nrel-pysam.readthedocs.io/en/main/modules/Singleowner.html
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gigacampus.campus.spec.deal import Asset, Deal

GENERATION = 300e6
"""Generation a year of the model [kWh]; its price makes the revenue of it."""


def model(deal: Deal) -> dict[str, Any]:
    """What the single owner model says of a deal: its outputs by name, those by year as arrays from year 0."""
    import PySAM.Singleowner as singleowner

    assert deal.tax is not None
    lease, service, cost = deal.leases["revenue"], deal.services["operation"], deal.construction["plant"]
    owner = deal.tax.entities["Sponsor"]
    sam = singleowner.default("CustomGenerationProfileSingleOwner")
    state = owner.state.rate if owner.state is not None else 0.0
    given: dict[str, Any] = {
        "gen": [GENERATION / 8760] * 8760, "degradation": [0.0], "system_capacity": GENERATION / 8760,
        "ppa_soln_mode": 1, "ppa_multiplier_model": 0, "dispatch_factors_ts": [1.0] * 8760,
        "ppa_price_input": [lease.rent / GENERATION], "ppa_escalation": 100 * lease.escalator,
        "analysis_period": lease.term, "inflation_rate": 100 * service.escalator,
        "federal_tax_rate": [100 * owner.regime.rate], "state_tax_rate": [100 * state],
        "total_installed_cost": cost.amount, "om_fixed": [service.amount * (1 + service.escalator)],
        "om_capacity": [0.0], "om_fuel_cost": [0.0], "om_production": [0.0],
        **dict.fromkeys(("construction_financing_cost", "cost_debt_closing", "cost_debt_fee", "cost_other_financing",
                         "dscr_reserve_months", "months_working_reserve", "months_receivables_reserve",
                         "insurance_rate", "property_tax_rate", "salvage_percentage", "reserves_interest",
                         "equip_reserve_depr_fed", "equip_reserve_depr_sta", "depr_alloc_sl_20_percent"), 0),
        "real_discount_rate": 6.4,
        **_debt(deal), **_recovery(deal), **_credits(deal),
    }  # fmt: skip
    for name, value in given.items():
        sam.value(name, value)
    sam.execute(0)
    found = sam.Outputs.export()
    return {name: np.array(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _debt(deal: Deal) -> dict[str, Any]:
    if not deal.loans:
        return {"debt_option": 0, "debt_percent": 0, "term_tenor": 0, "payment_option": 0}
    loan = deal.loans["term"]
    assert isinstance(loan.final, object)
    terms = {"term_tenor": loan.final.year - deal.close.year, "term_int_rate": 100 * loan.coupon, "payment_option": 0}
    if loan.amortisation.kind == "sculpted":
        return terms | {"debt_option": 1, "dscr": loan.amortisation.dscr, "dscr_maximum_debt_fraction": 100.0}
    return terms | {"debt_option": 0, "debt_percent": 100 * loan.amount / deal.construction["plant"].amount}


def _class(asset: Asset) -> str:
    if asset.recovery.years is None:
        return {6: "macrs_5", 16: "macrs_15"}[len(asset.recovery.shares)]
    return f"sl_{asset.recovery.years:.0f}"


def _recovery(deal: Deal) -> dict[str, Any]:
    assert deal.tax is not None
    given: dict[str, Any] = {}
    for asset in deal.tax.assets.values():
        kind = _class(asset)
        given[f"depr_alloc_{kind}_percent"] = 100 * asset.share
        if asset.bonus and asset.recovery.bonus:
            steps = deal.tax.entities["Sponsor"].regime.bonus
            share = (
                [step.share for step in steps if step.start <= asset.acquired][-1] if asset.acquired != "close" else 1.0
            )
            for side in ("fed", "sta"):
                given |= {f"depr_bonus_{side}": 100 * share, f"depr_bonus_{side}_{kind}": 1}
    return given


def _credits(deal: Deal) -> dict[str, Any]:
    assert deal.tax is not None
    given: dict[str, Any] = {"itc_fed_percent": [0.0], "ptc_fed_amount": [0.0], "ptc_fed_escal": 0.0}
    for credit in deal.tax.credits.values():
        if credit.kind == "production":
            made = credit.generation * 1000 / GENERATION
            given |= {"ptc_fed_amount": [credit.amount / 1000 * made], "ptc_fed_term": credit.years}
        else:
            given["itc_fed_percent"] = [100 * (credit.rate + credit.raised())]
            for side in ("fed", "sta"):
                given[f"depr_itc_{side}_{_class(deal.tax.assets[credit.asset])}"] = 1
    return given
