"""What comes out of the facility: what it asks of the grid, and every flow over the life, with what is left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigacampus.campus.spec.facility import Water
from gigacampus.engines.facility.cooling import water
from gigacampus.engines.facility.flows import Flows
from gigacampus.engines.facility.outdoors import Bools, Floats
from gigacampus.quantities import ratio
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
class FacilityResult(Flows):
    """Every flow over the life, in MW and m3: arrays of shape (H,), those of `Flows` and these.

    Attributes
    ----------
    withdrawal, stored : array, shape (H,) [m3]
        Drawn from the source, and in the tank at the end of the hour.
    unserved, dark : array of bool, shape (H,)
        Hours in which IT is curtailed for want of power, and in which halls are off.
    water : Water or None
        The spec's.
    fluid_lost : float [kg]
        Fluid of baths that escapes as vapour over the life and is made up.
    """

    withdrawal: Floats
    stored: Floats
    unserved: Bools
    dark: Bools
    water: Water | None
    fluid_lost: float

    @property
    def cycles(self) -> float | None:
        """Cycles of concentration that the make-up's quality allows; None where no quality is given."""
        return self._limited[0]

    @property
    def limiting_ion(self) -> str | None:
        """What limits them: silica, calcium, chloride or conductivity."""
        return self._limited[1]

    @property
    def _limited(self) -> tuple[float, str] | tuple[None, None]:
        return (None, None) if self.water is None or self.water.quality is None else water.cycles(self.water)

    @property
    def reclaimed(self) -> float:
        """Share of the withdrawal that is reclaimed water."""
        return 0.0 if self.water is None else self.water.reclaimed

    @property
    def discharge_max(self) -> float | None:
        """Warmest water that may be discharged [degC]."""
        return None if self.water is None or self.water.permit is None else self.water.permit.discharge_max

    @property
    def warm_discharge(self) -> Bools:
        """Hours in which what is discharged is warmer than it may be, shape (H,)."""
        return (self.discharge > 0) & (self.bled > (np.inf if self.discharge_max is None else self.discharge_max))

    @property
    def ups_output(self) -> float:
        """IT energy as category 1 of ISO/IEC 30134-2 measures it [MWh]."""
        return float(np.sum(self.at_ups))

    @property
    def pdu_output(self) -> float:
        """IT energy as category 2 measures it [MWh]."""
        return float(np.sum(self.at_pdu))

    @property
    def ppue_liquid(self) -> float | None:
        """1 + cooling energy over the IT energy whose heat liquid takes; None where it takes none."""
        return _partial(self.cooling_liquid, self.it_liquid)

    @property
    def ppue_air(self) -> float | None:
        """The same of the air side, whose cooling takes the losses in the hall too."""
        return _partial(self.cooling_air, self.it - self.it_liquid)

    @property
    def residual_energy(self) -> float:
        """Largest imbalance of any hour over the largest load: load = IT + every part."""
        parts = self.it + self.cooling + self.transformers + self.ups + self.distribution + self.other
        return _largest(self.load - parts, self.load)

    @property
    def residual_water(self) -> float:
        """Of make-up = evaporation + drift + blowdown, and of withdrawal + recycled = make-up + what the tank gains."""
        gained = np.diff(self.stored, prepend=0.0 if self.water is None else self.water.tank)
        source, lost = self.withdrawal + self.recycled - gained, self.evaporation + self.drift + self.blowdown
        return max(_largest(self.makeup - lost, self.makeup), _largest(self.makeup - source, self.makeup))

    @property
    def residual_heat(self) -> float:
        """Of heat out and heat reused = load."""
        return _largest(self.heat_sensible + self.heat_latent + self.reused - self.load, self.load)

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


def _partial(cooling: Floats, it: Floats) -> float | None:
    energy = float(np.sum(it))
    return 1 + float(np.sum(cooling)) / energy if energy > 0 else None


def _largest(off: Floats, scale: Floats) -> float:
    highest = float(np.max(np.abs(scale), initial=0.0))
    return 0.0 if highest == 0 else float(np.max(np.abs(off), initial=0.0)) / highest  # not a number stays one
