"""A scenario: the valuer sees the market of the day, the tenant the whole path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigacampus.campus.spec.deal import Scenario
from gigacampus.engines.renewal import choice
from gigacampus.engines.renewal.result import READINGS, Choice, Losses, Outcome
from gigacampus.engines.renewal.terms import Terms

Floats = NDArray[np.float64]


def index(scenario: Scenario, years: Floats) -> Floats:
    """Market rent over normal at times after the lease's start [1]."""
    return np.interp(years, [p.after for p in scenario.index], [p.level for p in scenario.index])


def outcome(terms: Terms, scenario: Scenario, normal: Floats) -> Outcome:
    """Value, shortfall, losses and choice in a scenario, with the guarantee and without."""
    path = index(scenario, terms.years)
    value, shortfall = terms.worth(terms.years, path, scenario.mean_reversion)
    none = np.zeros_like(shortfall)
    return Outcome(
        path, value, shortfall, _losses(terms, value, normal, shortfall), _losses(terms, value, normal, none),
        _choice(terms, scenario, shortfall),
    )  # fmt: skip


def _losses(terms: Terms, value: Floats, normal: Floats, paid: Floats) -> dict[str, Losses]:
    return {
        reading: terms.structure.losses(value, normal, paid, terms.balances, reading == READINGS[1])
        for reading in READINGS
    }


def _choice(terms: Terms, scenario: Scenario, shortfall: Floats) -> Choice:
    leave, rate, normal = terms.leave(shortfall[terms.ends]), 1 + terms.outlook.tenant_discount, terms.normal()
    running = []
    for first, last in zip(terms.term_ends[:-1], terms.term_ends[1:], strict=True):
        ends, lengths, rent = terms.contract(first, last)
        saved = normal.rent * lengths * (1 + normal.growth) ** (first + ends) * index(scenario, first + ends)
        running.append(np.sum(terms.net * (rent - saved) / rate**ends))
    stay = choice.backward(running, list(leave), lambda i, cost: cost * terms.discount(i))
    return Choice(stay, leave, int(choice.first(stay, leave)))
