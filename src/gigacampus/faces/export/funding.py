"""Sources and uses of a vehicle, as rows of the statement."""

from __future__ import annotations

from gigacampus.campus.spec.deal import slug
from gigacampus.faces.export.model import Model


def funding_rows(model: Model, vehicle: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Rows of each source and each use of a vehicle, over the whole life, as in `FinanceResult.funding`."""
    e, loans = (
        slug(vehicle),
        {n: name for name in model.deal.loans for n in [slug(name)] if n in model.loans_of(vehicle)},
    )
    sources = {name: [f"{n}.draw"] for n, name in loans.items()}
    sources |= {f"{name}: escrow income": [f"{n}.escrow_income"] for n, name in loans.items()}
    uses: dict[str, list[str]] = {}
    works = {f"{slug(name)}.cost": name for name in model.deal.construction}
    for flow in model.finance.flows:
        if flow.payee == vehicle and flow.received in ("capital", "owners"):
            sources.setdefault(f"{flow.payer}: {flow.kind}", []).append(flow.row)
        if flow.payer == vehicle and flow.paid in ("use", "lent"):
            uses.setdefault(works.get(flow.row, f"{flow.kind} to {flow.payee}"), []).append(flow.row)
    sources["own cash"] = [f"{e}.self_funded"]
    for n, name in loans.items():
        uses[f"{name}: interest while building"] = [f"{n}.funded_interest"]
        uses[f"{name}: reserve"] = [f"{n}.reserve_funding"]
        uses[f"{name}: paid off by another loan"] = [f"{n}.refinanced"]
        uses[f"{name}: left in escrow"] = [f"{n}.escrow_release"]
    uses |= {
        "debt service cured": [f"{e}.cure"],
        "operating deficit": [f"{e}.deficit"],
        "paid in ahead of uses": [f"ahead_.{e}"],
    }
    kept = [{name: rows for name, rows in table.items() if rows[0] in model.graph.rows} for table in (sources, uses)]
    return kept[0], kept[1]
