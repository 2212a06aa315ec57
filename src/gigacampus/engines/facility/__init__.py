"""The facility: power from the meter to the racks, heat from the racks to the air, and the water that this takes.

In: the spec's facility and server; a `Weather` with (W,) dry bulb, wet bulb, dew point [degC], pressure [Pa] and the
site's design conditions; IT power (P, W) and its rating (P,) [MW]. Out: `peak_ratio`, a number; `respond`, the load at
the meter (P, W) [MW]; `settle`, every flow of every hour of the life (H,) [MW, m3], at the IT power that the served
power allows.

The highest load is that of full IT in the weather year or on the design days: connection, transformers and gensets are
as large as it asks (`Plant.highest`).

IT power is measured where it enters the rack supplies: category 3 of ISO/IEC 30134-2. Rack supplies, a
sidecar's rectifier, batteries in the rack and server fans at their normal speed are IT; coolant units, busways, UPS,
rectifiers at the perimeter, transformers and light are facility, and so is what server fans take beyond that for warm
air, so that a warm hall improves no PUE. Categories 1 and 2 are given beside it.

Equations: transformers P0 + Pk L^2, UPS a + b L + c L^2, busways by the square (`power`); pumps V dp / eta and
fans by the cube of their flow (`movers`); coolers by effectiveness and NTU, a tower by Merkel's (`exchanger`,
`rejection`); outside air by enthalpy (`outside_air`); chillers by curves within their box or a share of Carnot's COP
(`chiller`); water by the energy balance of the air, or all heat latent (`water`). Everything is per MW of IT rating.
The load at the meter rises with IT without exception, so the served power gives the IT power back.

Fouling and glycol widen approaches, of chillers and coils too (`glycol`), thin air slows fans' mass flow, pumps are
staged down to one at its minimum, cycles follow the limiting ion of the make-up. Design days have a door of their own
(`design`), and so have failures (`availability`), seconds (`swings`) and set-points chosen hour by hour (`control`).

Water that a permit, a drought or a cap leaves is given as it is asked for (`permit`): as many units run dry as must and
can (`drought`), and what towers lack is missing cooling. Blowdown may be treated and drawn again (`water`).

Not modelled: recirculation of discharge but on design days, humidification of halls that recirculate their air, heat
that walls let through, storage of cold, warmth of the make-up (some 3 % of what its vapour takes), staging of coolers'
fans (all run, for the cube law makes that cheapest), heaters of towers' basins in frost, thin air in servers' own fans.
Water drawn where the power is generated stands in `engines.impact`.
"""

from __future__ import annotations

import numpy as np

from gigacampus.campus.spec.compute import Server
from gigacampus.campus.spec.facility import Facility
from gigacampus.engines.facility import control
from gigacampus.engines.facility.outdoors import Floats, Weather
from gigacampus.engines.facility.plant import Held, Plant
from gigacampus.engines.facility.result import FacilityResult, Response
from gigacampus.engines.facility.settle import asked, load_of, over_life
from gigacampus.errors import SpecError
from gigacampus.timeline import Timeline

__all__ = ["FacilityResult", "Response", "Weather", "peak_ratio", "respond", "settle"]


def peak_ratio(facility: Facility, server: Server, weather: Weather) -> float:
    """Highest ratio of facility to IT power at full IT, in the weather year or on the design days.

    Parameters
    ----------
    facility : Facility
    server : Server
        What fills the halls: `liquid_share`, `overhead_share`, `fan_share`.
    weather : Weather
        Arrays of shape (W,).

    Returns
    -------
    float
    """
    plant = _plant(facility, server, weather, np.ones_like(weather.dry_bulb))
    return float(plant.chain.upstream(np.array(plant.highest), plant.highest).load)


def respond(
    facility: Facility,
    server: Server,
    weather: Weather,
    it: Floats,
    it_rating: Floats,
    timeline: Timeline | None = None,
    held: Held | None = None,
) -> Response:
    """Load at the meter that an IT load asks for.

    Parameters
    ----------
    facility, server, weather
        As in `peak_ratio`.
    it : array, shape (P, W) [MW]
    it_rating : array, shape (P,) [MW]
    timeline : Timeline, optional
        Hours in which water may be short by the calendar; without it, all is there but for the hourly cap.
    held : pair of Setpoints or None, optional
        What `control.held` chose at this load; without it, it is asked.

    Returns
    -------
    Response

    Raises
    ------
    SpecError
        If IT power is negative or above its rating.
    """
    _within_rating(it, it_rating)
    plant = _plant(facility, server, weather, load_of(it, it_rating)[-1], held)
    flows = plant.year(load_of(it, it_rating))
    limited = timeline is not None and facility.water is not None and facility.water.limited
    over = asked(plant, timeline, it, it_rating)[0].load if timeline is not None and limited else None
    return Response(flows.load * it_rating[:, None], it, it_rating, flows.short.sum(axis=1, dtype=float), over)


def settle(
    facility: Facility,
    server: Server,
    weather: Weather,
    timeline: Timeline,
    it: Floats,
    it_rating: Floats,
    served: Floats | None = None,
    held: Held | None = None,
) -> FacilityResult:
    """Every flow of every hour of the life.

    Parameters
    ----------
    facility, server, weather
        As in `peak_ratio`.
    timeline : Timeline
    it : array, shape (P, W) [MW]
    it_rating : array, shape (P,) [MW]
    served : array, shape (H,) [MW], optional
        Power at the meter that the supply delivers; where it is below the load, IT is curtailed until the load fits.
        Where it does not even carry the facility without IT, halls are switched off. None: all load is served.
    held : pair of Setpoints or None, optional
        As in `respond`.

    Returns
    -------
    FacilityResult
    """
    _within_rating(it, it_rating)
    plant = _plant(facility, server, weather, load_of(it, it_rating)[-1], held)
    return over_life(plant, timeline, it, it_rating, served)


def _plant(facility: Facility, server: Server, weather: Weather, load: Floats, held: Held | None = None) -> Plant:
    """The plant over the weather year, by rules or at the set-points that control holds for a load (W,)."""
    return Plant.of(facility, server, weather, held or control.held(facility, server, weather, load))


def _within_rating(it: Floats, rating: Floats) -> None:
    """Refuse IT power that the halls are not built for."""
    if not (np.all(it >= 0) and np.all(it <= rating[:, None] * (1 + 1e-9))):
        phase, hour = np.unravel_index(np.argmax(it - rating[:, None]), it.shape)
        raise SpecError(
            f"IT power must lie between 0 and its rating; phase {phase + 1} asks for {it[phase, hour]:.6g} MW in hour "
            f"{hour} of the weather year and is built for {rating[phase]:.6g} MW"
        )
