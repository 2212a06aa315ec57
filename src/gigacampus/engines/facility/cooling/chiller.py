"""Chillers: COP by the machine's curves within their box, or by its share of Carnot's."""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.facility import Chiller
from gigacampus.engines.facility.cooling.glycol import Fluid
from gigacampus.engines.facility.outdoors import Floats
from gigacampus.errors import SpecError

LIFTS = np.array([7.5, 12.5, 17.5, 22.5, 27.5])
ETAS = np.array([0.50, 0.57, 0.63, 0.69, 0.71])
"""Share of Carnot's COP at a lift [K]: fitted to centrifugal machines of 1.5 MW and above inside their own box (D).

That box is 4.4 to 8.9 degC of leaving water; default plants ask for 20.8 degC, to which the lift alone carries it.
"""
LEAST_LIFT, MOST_LIFT = 5.0, 45.0
"""Control keeps the least. The fit ends at 30 K; on to the most, that of machines for heat recovery (60 C leaving
condenser water over 10 C), the last share is held (assumed)."""
RATED_LIFT = 22.77
"""Of AHRI 550/590's rating point, 29.44 over 6.67 degC: up to it a machine gives its reference capacity."""
PINCH = 2.0
"""Refrigerant below the leaving, or above the leaving condenser water [K]: in the fit, with water on both sides."""


def carnot_cop(leaving: Floats | float, entering: Floats) -> Floats:
    """COP of a large water-cooled chiller at any leaving water temperature.

    Parameters
    ----------
    leaving : array or float [degC]
        Chilled water T_chw.
    entering : array [degC]
        Condenser water T_ecw; control keeps it at least 5 K above T_chw.

    Returns
    -------
    array

    Notes
    -----
    COP = eta (T_chw - 2 + 273.15) / (T_ecw - T_chw + 9): evaporation 2 K below the chilled water, condensation 7 K
    above the condenser's inlet; eta by the lift T_ecw - T_chw, linear between the middles of its classes.

    Examples
    --------
    >>> carnot_cop(20.0, np.array([27.5, 37.5])).round(2).tolist()
    [8.82, 6.92]
    """
    lift = np.maximum(entering - leaving, LEAST_LIFT)
    return np.asarray(np.interp(lift, LIFTS, ETAS) * (leaving - 2 + 273.15) / (lift + 9))


def behind(
    chiller: Chiller, leaving: Floats | float, entering: Floats, evaporator: Fluid, condenser: Fluid
) -> tuple[Floats | float, Floats]:
    """Water that would ask as much of the machine as leaving and entering fluids with glycol do [degC].

    Glycol's film widens the pinch to the refrigerant, so that it boils colder and condenses warmer; air has none.

    Examples
    --------
    >>> from gigacampus.engines.facility.cooling.glycol import fluid
    >>> machine = Chiller.model_validate("warm-water-centrifugal")
    >>> [float(t) for t in behind(machine, 20.0, np.array(35.0), fluid(0.0), fluid(0.0))]
    [20.0, 35.0]
    >>> [round(float(t), 2) for t in behind(machine, 20.0, np.array(35.0), fluid(0.0), fluid(0.25))]
    [20.0, 35.55]
    """
    warmer = PINCH * (condenser.film - 1) if chiller.condenser == "water" else 0.0
    return leaving - PINCH * (evaporator.film - 1), entering + warmer


def biquadratic(c: tuple[float, ...], x: Floats | float, y: Floats) -> Floats:
    """c1 + c2 x + c3 x2 + c4 y + c5 y2 + c6 x y."""
    return np.asarray(c[0] + x * (c[1] + c[2] * x) + y * (c[3] + c[4] * y + c[5] * x))


def _curves(chiller: Chiller, leaving: Floats | float, entering: Floats) -> tuple[Floats, Floats]:
    """Capacity over reference capacity, and COP at full load, by the machine's curves [1]_.

    Below the box control holds the condenser at its edge. Above it the edge's COP and capacity fall on as Carnot's COP
    does, by (edge - T_chw + 9) / (T - T_chw + 9).

    References
    ----------
    .. [1] EnergyPlus Engineering Reference, "Electric Chiller Model Based on Condenser Entering Temperature".
    """
    curves = chiller.curves
    y = np.clip(entering, *curves.entering)
    beyond = (y - leaving + 9) / (np.maximum(entering, y) - leaving + 9)
    capacity = biquadratic(curves.capft, leaving, y) * beyond
    return capacity, curves.cop / biquadratic(curves.eirft, leaving, y) * beyond


def refuse_beyond(chiller: Chiller, leaving: Floats) -> None:
    """Refuse chilled water [degC] that a machine's curves do not reach."""
    if chiller.model == "carnot-fraction":
        return
    cold, warm = chiller.curves.leaving
    if not (cold <= np.min(leaving) and np.max(leaving) <= warm):
        raise SpecError(
            f"facility.cooling: chilled water of {np.min(leaving):.1f} C lies outside the chiller's curves, {cold:g} "
            f"to {warm:g} C; change the supply air, the coil or the chiller"
        )


def part_load(coefficients: tuple[float, float, float], load: Floats, least: float) -> Floats:
    """Power over full-load power at a part load: EIRFPLR, below `least` that of the machine cycling [1]_.

    References
    ----------
    .. [1] EnergyPlus Engineering Reference, chiller cycling ratio.
    """
    c1, c2, c3 = coefficients
    running = np.maximum(load, least)
    return np.asarray((c1 + running * (c2 + c3 * running)) * load / running)


def full_load_cop(chiller: Chiller, leaving: Floats | float, entering: Floats) -> Floats:
    """COP at full load by the chiller's model."""
    if chiller.model == "carnot-fraction":
        return carnot_cop(leaving, entering)
    return _curves(chiller, leaving, entering)[1]


def within(chiller: Chiller, leaving: Floats, entering: Floats) -> tuple[Floats, Floats, Floats]:
    """Chilled and condenser water held within what the machine's model reaches, and 1 where they were not."""
    if chiller.model == "carnot-fraction":
        held = np.minimum(entering, leaving + MOST_LIFT)
        return leaving, held, np.asarray(entering > held, dtype=float)
    cold = np.clip(leaving, *chiller.curves.leaving)
    return cold, entering, np.asarray(np.abs(cold - leaving) > 1e-9, dtype=float)


def chill(
    chiller: Chiller,
    heat: Floats,
    full: float,
    leaving: Floats | float,
    entering: Floats,
    machines: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Power of the chillers, and the heat that is beyond their capacity.

    Parameters
    ----------
    chiller : Chiller
    heat, full : array, float
        Heat to lift, and the plant's full heat, to which the chillers are sized [MW per MW of IT rating].
    leaving, entering : array [degC]
        Chilled water, and condenser water or outdoor dry bulb.
    machines : array, optional
        Fewest that run; as many more run as the load needs. Where none is given all do.

    Notes
    -----
    By curves P = Q_avail / COP(T) EIRFPLR(Q / Q_avail); the Carnot fraction stages machines so that each runs near full
    load, P = Q / COP(T). Capacity is Q_ref CAPFT(T); without curves Q_ref up to the rated lift, and beyond it what the
    motor's rated power lifts, Q_ref COP(T) / COP(rated).
    """
    assert chiller.capacity is not None, "chillers are sized on the design days before anything runs"
    reference = chiller.capacity * full
    if chiller.model == "carnot-fraction":
        cop, rated = carnot_cop(leaving, entering), carnot_cop(leaving, leaving + np.array(RATED_LIFT))
        lifted = np.minimum(heat, reference * np.minimum(cop / rated, 1.0))
        return lifted / cop, heat - lifted
    capacity, cop = _curves(chiller, leaving, entering)
    available = reference * capacity
    lifted = np.minimum(heat, available)
    running = available if machines is None else available * _running(lifted / available, machines, chiller.units)
    power = running / cop * part_load(chiller.curves.eirfplr, lifted / running, chiller.curves.least)
    return power, heat - lifted


def lift(
    chiller: Chiller,
    fluids: tuple[Fluid, Fluid],
    heat: Floats,
    full: float,
    leaving: Floats,
    entering: Floats,
    machines: Floats | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Power of the chillers between fluids, evaporator's and condenser's, the heat beyond their capacity, and 1 where
    the lift is beyond their model: there they trip, and all heat is."""
    cold, warm = behind(chiller, leaving, entering, *fluids)
    cold, warm, tripped = within(chiller, np.asarray(cold), warm)
    power, beyond = chill(chiller, heat, full, cold, warm, machines)
    return power, np.where(tripped > 0, heat, beyond), tripped


def _running(load: Floats, machines: Floats, units: int) -> Floats:
    """Share of the machines that runs: the least whole number that carries a load, and no fewer than are asked for.

    >>> _running(np.array([0.2, 0.5, 0.2, 0.2]), np.array([0, 0, 2, np.inf]), 4).tolist()
    [0.25, 0.5, 0.5, 1.0]
    """
    return np.clip(np.maximum(np.ceil(load * units - 1e-9), machines), 1, units) / units
