"""What comes out of the facility: what it asks of the grid, and every flow over the life, with what is left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.facility import Facility
from gigacampus.engines.facility.cooling import water
from gigacampus.engines.facility.outdoors import Bools, Floats
from gigacampus.engines.facility.settle import Hourly
from gigacampus.numerics import ratio
from gigacampus.timeline import Timeline


@dataclass(frozen=True)
class Response:
    """What the facility asks of the grid; P phases, W hours of the weather year.

    Attributes
    ----------
    load : array, shape (P, W) [MW]
        At the campus meter.
    it : array, shape (P, W) [MW]
    it_rating : array, shape (P,) [MW]
    hours_short : array, shape (P,) [h]
        Hours of the weather year in which a supply set-point cannot be held.
    by_hour : array, shape (H,) [MW], optional
        Load over the life, where water may be short by the calendar.
    """

    load: Floats
    it: Floats
    it_rating: Floats
    hours_short: Floats
    by_hour: Floats | None = None

    def over(self, timeline: Timeline) -> Floats:
        """Load over the life, shape (H,) [MW]."""
        return timeline.gather(self.load) if self.by_hour is None else self.by_hour


@dataclass(frozen=True)
class FacilityResult:
    """Every flow over the life; H hours.

    Attributes
    ----------
    it : array, shape (H,) [MW]
        IT power that is served.
    server_fans, rack_supplies : array, shape (H,) [MW]
        Inside `it`: fans, and what rack supplies and boards' converters lose.
    chiller, pumps, rejection_fans, air_handlers, cdu_pumps : array, shape (H,) [MW]
        Parts of cooling.
    transformers, ups, distribution : array, shape (H,) [MW]
        Losses of the power chain; cables at medium voltage are with the transformers.
    other : array, shape (H,) [MW]
        Light, controls, offices.
    load : array, shape (H,) [MW]
        At the campus meter.
    evaporation, drift, blowdown, makeup, recycled : array, shape (H,) [m3]
        Of the coolers; of the blowdown `recycled` is make-up again, and the rest is discharged.
    withdrawal, stored : array, shape (H,) [m3]
        Drawn from the source, and in the tank at the end of the hour.
    bled : array, shape (H,) [degC]
        Temperature of the blowdown, the warmer of both sides; 0 where there is none.
    heat_sensible, heat_latent : array, shape (H,) [MW]
        Heat to the air outdoors; sensible heat is negative where wetting cools more air than the plant warms.
    excess : array, shape (H,) [K]
        By how much the warmest supply is above its set-point.
    missing : array, shape (H,) [MW]
        Cooling that would bring the supply back to its set-point.
    reused : array, shape (H,) [MW]
        Heat that somebody takes from the liquid side.
    short, unserved, dark, capped : array of bool, shape (H,)
        Hours in which a set-point is not held, in which IT is curtailed for want of power, in which halls are off, and
        in which there is not the water that the plant asks for.
    chip_above : array of bool, shape (H,)
        Hours in which the case of a chip at its peak power is above its limit.
    discharge_max : float or None
        Warmest water that may be discharged [degC].
    cycles : float or None
        Cycles of concentration that the make-up's quality allows; None where no quality is given.
    limiting_ion : str or None
        What limits them: silica, calcium, chloride or conductivity.
    reclaimed : float
        Share of the withdrawal that is reclaimed water.
    ppue_liquid, ppue_air : float or None
        Partial PUE of the two sides: 1 + cooling energy over the IT energy whose heat the side takes; the air side's
        cooling takes the losses in the hall too. None where the side takes no IT heat.
    ups_output, pdu_output : float [MWh]
        IT energy as categories 1 and 2 of ISO/IEC 30134-2 measure it, over the life.
    fluid_lost : float [kg]
        Fluid of baths that escapes as vapour over the life and is made up.
    residual_energy, residual_water, residual_heat : float
        Largest imbalance of any hour over the largest load, make-up or heat: load = IT + every part; make-up =
        evaporation + drift + blowdown, and withdrawal + recycled = make-up + what the tank gains; heat out and heat
        reused = load.
    """

    it: Floats
    server_fans: Floats
    rack_supplies: Floats
    chiller: Floats
    pumps: Floats
    rejection_fans: Floats
    air_handlers: Floats
    cdu_pumps: Floats
    transformers: Floats
    ups: Floats
    distribution: Floats
    other: Floats
    load: Floats
    evaporation: Floats
    drift: Floats
    blowdown: Floats
    makeup: Floats
    recycled: Floats
    withdrawal: Floats
    stored: Floats
    bled: Floats
    heat_sensible: Floats
    heat_latent: Floats
    excess: Floats
    missing: Floats
    reused: Floats
    short: Bools
    unserved: Bools
    dark: Bools
    capped: Bools
    chip_above: Bools
    cycles: float | None
    limiting_ion: str | None
    reclaimed: float
    discharge_max: float | None
    ppue_liquid: float | None
    ppue_air: float | None
    ups_output: float
    pdu_output: float
    fluid_lost: float
    residual_energy: float
    residual_water: float
    residual_heat: float

    @property
    def cooling(self) -> Floats:
        """All power of the cooling plant, shape (H,) [MW]."""
        return self.chiller + self.pumps + self.rejection_fans + self.air_handlers + self.cdu_pumps

    @property
    def power_losses(self) -> Floats:
        """All losses of the power chain, shape (H,) [MW]."""
        return self.transformers + self.ups + self.distribution

    @property
    def consumption(self) -> Floats:
        """Water that does not come back: evaporation and drift, shape (H,) [m3]."""
        return self.evaporation + self.drift

    @property
    def discharge(self) -> Floats:
        """Blowdown that leaves the site, shape (H,) [m3]."""
        return self.blowdown - self.recycled

    @property
    def warm_discharge(self) -> Bools:
        """Hours in which what is discharged is warmer than it may be, shape (H,)."""
        return (self.discharge > 0) & (self.bled > (np.inf if self.discharge_max is None else self.discharge_max))

    @property
    def boards(self) -> Floats:
        """What reaches the boards: IT without server fans and the losses of rack supplies, shape (H,) [MW]."""
        return self.it - self.server_fans - self.rack_supplies

    @property
    def pue_by_category(self) -> dict[int, float | None]:
        """Power usage effectiveness over the life by category of ISO/IEC 30134-2; None where IT used no energy.

        IT energy at the UPS's output (1), at the PDU's (2), at the IT equipment's input (3).
        """
        measured = {1: self.ups_output, 2: self.pdu_output, 3: np.sum(self.it)}
        return {category: ratio(np.sum(self.load), energy) for category, energy in measured.items()}

    @property
    def pue(self) -> float | None:
        """Power usage effectiveness of category 3."""
        return self.pue_by_category[3]

    @property
    def itue(self) -> float | None:
        """IT energy over what reaches the boards, TUE over PUE [1]_.

        Losses of the boards' own voltage regulators are not known and stay inside.

        References
        ----------
        .. [1] Patterson et al., TUE, a new energy-efficiency metric applied at ORNL's Jaguar, ISC 2013,
           https://doi.org/10.1007/978-3-642-38750-0_28
        """
        return ratio(np.sum(self.it), np.sum(self.boards))

    @property
    def tue(self) -> float | None:
        """Total power usage effectiveness: ITUE times PUE, energy at the meter over what reaches the boards."""
        return ratio(np.sum(self.load), np.sum(self.boards))

    @property
    def wue(self) -> float | None:
        """Water usage effectiveness over the life, ISO/IEC 30134-9, by withdrawal [L/kWh, that is m3/MWh]."""
        return ratio(np.sum(self.withdrawal), np.sum(self.it))

    @property
    def erf(self) -> float | None:
        """Energy reuse factor, ISO/IEC 30134-6: heat that is reused over energy at the meter."""
        return ratio(np.sum(self.reused), np.sum(self.load))

    @property
    def ere(self) -> float | None:
        """Energy reuse effectiveness: energy at the meter less heat that is reused, over IT energy."""
        return ratio(np.sum(self.load) - np.sum(self.reused), np.sum(self.it))

    @property
    def hours_short(self) -> int:
        """Hours of the life in which a supply set-point is not held."""
        return int(np.sum(self.short))


def result_of(facility: Facility, hourly: Hourly, fluid_lost: float) -> FacilityResult:
    """What comes out, from the flows of every hour and the fluid that escapes [kg]."""
    flows, supply = hourly.flows, facility.water
    cycles, ion = (None, None) if supply is None or supply.quality is None else water.cycles(supply)
    fields = FacilityResult.__dataclass_fields__
    named = {name: getattr(of, name) for of in (flows, hourly) for name in fields if hasattr(of, name)}
    full = 0.0 if supply is None else supply.tank
    return FacilityResult(
        **{
            **named,
            "short": flows.short > 0,
            "capped": flows.capped > 0,
            "chip_above": flows.chip_above > 0,
            "cycles": cycles,
            "limiting_ion": ion,
            "reclaimed": 0.0 if supply is None else supply.reclaimed,
            "discharge_max": supply.permit.discharge_max if supply is not None and supply.permit is not None else None,
            "ppue_liquid": _partial(flows.cooling_liquid, flows.it_liquid),
            "ppue_air": _partial(flows.cooling_air, flows.it - flows.it_liquid),
            "ups_output": float(np.sum(flows.ups_output)),
            "pdu_output": float(np.sum(flows.pdu_output)),
            "fluid_lost": fluid_lost,
            **_residuals(named, full),
        }
    )


def _partial(cooling: Floats, it: Floats) -> float | None:
    energy = float(np.sum(it))
    return 1 + float(np.sum(cooling)) / energy if energy > 0 else None


def _residuals(f: dict[str, Floats], full: float) -> dict[str, float]:
    """Largest imbalance of any hour over the largest flow, from the arrays as they are given out; the tank is full."""
    cooling = f["chiller"] + f["pumps"] + f["rejection_fans"] + f["air_handlers"] + f["cdu_pumps"]
    parts = f["it"] + cooling + f["transformers"] + f["ups"] + f["distribution"] + f["other"]
    water = f["evaporation"] + f["drift"] + f["blowdown"]
    source = f["withdrawal"] + f["recycled"] - np.diff(f["stored"], prepend=full)
    heat = f["heat_sensible"] + f["heat_latent"] + f["reused"]
    return {
        "residual_energy": _largest(f["load"] - parts, f["load"]),
        "residual_water": max(_largest(f["makeup"] - water, f["makeup"]), _largest(f["makeup"] - source, f["makeup"])),
        "residual_heat": _largest(heat - f["load"], f["load"]),
    }


def _largest(off: Floats, scale: Floats) -> float:
    highest = float(np.max(np.abs(scale), initial=0.0))
    return 0.0 if highest == 0 else float(np.max(np.abs(off), initial=0.0)) / highest  # not a number stays one
