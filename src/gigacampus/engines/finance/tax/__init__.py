"""Rows of tax: recovery of costs and credits (`property`), taxable income of each entity and its tax (`income`).

Tax is reckoned once a year, on 31 December, and in the last month of the statement (``tax.year_end``). An entity with
owners or loans passes its income and credits through to its owners unless the deal says how it is taxed; another one is
taxed if the deal says so. Tax is a payment to the Treasury (`outside`): an owner pays at the year's end, a vehicle on
its first payment day from then on, out of the cash that is available for debt service. What is taxed in a month rests
on balances of the month before, so that debt sized on cash after tax needs no circle and leaves no residual.

Not modelled: the mid-quarter convention; sale, recapture and gain at the end (what is not yet deducted stays in
``assets.<name>.left``); bases of partners (sections 704 and 465) and minimum taxes; estimated payments; tax on what a
taxed vehicle distributes; accrual of rent (section 467) and of interest between payment days.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.deal import slug
from gigacampus.engines.finance.statement import Statement
from gigacampus.engines.finance.tax import income, property

__all__ = ["KINDS", "add_tax"]

KINDS = ("income tax", "income tax saved")
"""Kinds of flows that returns before tax leave out."""


def add_tax(s: Statement) -> None:
    """Every row of tax, and the payments. All flows that are income or deducted must stand in the statement."""
    if s.deal.tax is None:
        return
    month = (s.months.first + np.arange(s.months.count)) % 12
    ends = (month == 11) | (np.arange(s.months.count) == s.months.count - 1)
    s.graph.add("tax.year_end", ends.astype(float), "1", "month in which the tax year ends")
    _cash_before(s)
    property.add_assets(s)
    property.add_credits(s)
    for entity in income.books(s):
        income.add_books(s, entity)
    income.add_payments(s)


def _cash_before(s: Statement) -> None:
    """Operating cash without tax and credits sold, of vehicles that have them: what they see of deficits to come."""
    assert s.deal.tax is not None
    assets = s.deal.tax.assets
    sellers = {property.holder(s, assets[c.asset]) for c in s.deal.tax.credits.values() if c.transfer is not None}
    for vehicle in s.vehicles:
        if income.taxpayer(s, vehicle).treatment == "taxable" or vehicle in sellers:
            received, paid = s.rows_of(payee=vehicle, received="operating"), s.rows_of(payer=vehicle, paid="operating")
            row = f".before_tax = {received} - {paid} ; operating cash flow before tax and credits sold"
            s.table(slug(vehicle), vehicle, row)
