"""Standby gensets on the design days: what heat and thin air leave of their nameplate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.facility import Facility, GensetDerating
from gigacampus.engines.facility.days import Day
from gigacampus.engines.facility.outdoors import Floats
from gigacampus.errors import SpecError


@dataclass(frozen=True)
class Standby:
    """Gensets on the design day that takes most of them.

    Attributes
    ----------
    day : Day
    left : float
        Power over nameplate.
    nameplate : float [MW]
        Of all gensets that stand there.
    missing : float [MW]
        Of the load, with units out.
    """

    day: Day
    left: float
    nameplate: float
    missing: float


def standby(facility: Facility, days: Sequence[Day], intake: Floats, pressure: float, load: float) -> Standby | None:
    """Gensets' nameplate, given or the least that carries the load, and what they lack; None without gensets.

    Parameters
    ----------
    facility : Facility
    days : sequence of Day
    intake : array [degC]
        Air at their intakes on these days.
    pressure : float [Pa]
    load : float [MW]
        Highest at the meter.

    Raises
    ------
    SpecError
        Where all gensets of a group are out.
    """
    gensets, rule = facility.availability.gensets, facility.design
    if gensets.count == 0:
        return None
    running = gensets.count - rule.units_out
    if running < 1:
        raise SpecError(
            f"facility.design.units_out is {rule.units_out}, and {gensets.count} gensets stand in a group; lower it, "
            "or raise facility.availability.gensets.count"
        )
    left = power_left(rule.gensets, intake, pressure)
    worst = int(np.argmin(left))
    needed = gensets.needed / (running * float(left[worst]))
    one = needed if rule.gensets.nameplate is None else rule.gensets.nameplate
    share = load / gensets.needed
    return Standby(days[worst], float(left[worst]), one * gensets.count * share, max(1 - one / needed, 0.0) * load)


def power_left(rule: GensetDerating, intake: Floats, pressure: float) -> Floats:
    """Power over nameplate: falls by a share a kelvin above one temperature, and a share a kilometre above one height.

    Parameters
    ----------
    rule : GensetDerating
    intake : array [degC]
    pressure : float [Pa]
        Its height is that of the standard atmosphere, h = 44,331 (1 - (p / 101,325)^0.19026).

    Raises
    ------
    SpecError
        Above the height to which the derating is known.
    """
    height = 44_331 * (1 - (pressure / 101_325) ** 0.190263)
    if height > rule.height_most:
        raise SpecError(
            f"gensets' derating is known to {rule.height_most:g} m, and the air pressure is that of {height:.0f} m; "
            "give facility.design.gensets with a derating that reaches so high"
        )
    hot = 1 - rule.per_kelvin * np.maximum(intake - rule.warm, 0.0)
    return np.asarray(hot * (1 - rule.per_kilometre * max(height - rule.high, 0.0) / 1e3))
