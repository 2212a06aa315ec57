"""KPIs of optimal control of the cooling plant against its rules, over the weather year at full build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacampus.runs.kpi import Undefined, defined, kpi

if TYPE_CHECKING:
    from gigacampus.engines.facility.control import Worth
    from gigacampus.runs.pipeline import Run


def _worth(run: Run) -> Worth:
    return defined(run.control, "facility.control.assess is false, and the plant is run by rules")


def _saving(run: Run, objective: str, what: str, limits: bool = True) -> float:
    worth = _worth(run)
    rules = getattr(worth.rules, what)
    if not rules > 0:
        raise Undefined("the rules take none of it")
    return float(1 - getattr((worth.limited if limits else worth.unlimited)[objective], what) / rules)


@kpi("facility.control_energy_saving", "fraction", "control")
def control_energy_saving(run: Run) -> float:
    """Energy at the meter that control for energy saves."""
    return _saving(run, "energy", "energy")


@kpi("facility.control_energy_saving_unlimited", "fraction", "control")
def control_energy_saving_unlimited(run: Run) -> float:
    """The same without limits on flow and on changes of mode."""
    return _saving(run, "energy", "energy", limits=False)


@kpi("facility.control_cooling_saving", "fraction", "control")
def control_cooling_saving(run: Run) -> float:
    """Energy of the cooling plant that control for energy saves."""
    return _saving(run, "energy", "cooling")


@kpi("facility.control_water_saving", "fraction", "control")
def control_water_saving(run: Run) -> float:
    """Water drawn that control for water saves."""
    return _saving(run, "water", "water")


@kpi("facility.control_carbon_saving", "fraction", "control")
def control_carbon_saving(run: Run) -> float:
    """Carbon of the grid's generation, by the hour, that control for carbon saves."""
    return _saving(run, "carbon", "carbon")


@kpi("facility.control_money_saving", "USD", "control")
def control_money_saving(run: Run) -> float:
    """Energy at the grid's hourly price, and water at its own, that control for money saves in the weather year."""
    worth = _worth(run)
    return float(worth.rules.money - worth.limited["money"].money)


@kpi("facility.control_mode_changes", "1", "control")
def control_mode_changes(run: Run) -> float:
    """Most changes of mode a day on either side, by the objective of the spec's control."""
    worth = _worth(run)
    return float(worth.limited[worth.chosen].changes_most)


@kpi("facility.control_forced_changes", "1", "control")
def control_forced_changes(run: Run) -> float:
    """Changes of mode in the weather year beyond the limit, for no other mode held racks, machines and water."""
    worth = _worth(run)
    return float(worth.limited[worth.chosen].changes_forced)


def _capped(run: Run) -> tuple[Any, Any]:
    """Control for money within the cap on water and without it."""
    worth = _worth(run)
    if not worth.uncapped:
        raise Undefined("the spec gives no cap on water")
    return worth.limited["money"], worth.uncapped["money"]


@kpi("facility.control_cap_cost", "USD", "control")
def control_cap_cost(run: Run) -> float:
    """What the cap on water costs in the weather year: energy and water at their prices, control being for money."""
    within, without = _capped(run)
    return float(within.money - without.money)


@kpi("facility.control_cap_price", "USD/m3", "control")
def control_cap_price(run: Run) -> float:
    """What a cubic metre that the cap withholds would be worth beyond its price: the cap's cost over it, on average."""
    within, without = _capped(run)
    if not without.water > within.water:
        raise Undefined("the cap withholds nothing")
    return float((within.money - without.money) / (without.water - within.water))
