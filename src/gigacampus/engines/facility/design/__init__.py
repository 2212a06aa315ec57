"""The plant on its site's design days: how large it must be, what it reaches with a unit out, and what is missing.

In: the spec's facility and server, the weather year, the site's design conditions; for `judge` the IT rating and the
highest load [MW] and coolers of each kind. Out: `size`, the least surface of coolers and the least chillers that hold
the set-points on every design day, which `built` puts into the facility that all other doors are given; `judge`, each
side's supply on each day, its excess over the set-point and the missing cooling [MW], the gensets' nameplate, and the
hours of the year in which coolers of each kind cannot hold a supply temperature. What cannot be held is an error unless
the spec accepts it.

A typical year holds no extremes, so its warmest hour judges nothing. Days are ASHRAE's: 0.4 % dry bulb with the wet
bulb that coincides, 0.4 % wet bulb, and the dry bulb that comes once in so many years. Where the site's values are not
given, the first two are the typical year's own percentiles, and called so; the third is left out. Temperatures are
judged, not the humidity of outside air; water is there, and nobody takes heat; the plant runs by the rules, and its
chain of temperatures is that of the warmest coolant which control may hold. Chillers lift what coolers leave: free
cooling counts, and its heat exchanger is never out. They lose capacity with lift, and beyond their model they trip and
the day is judged short. Outside-air handlers have no surface to find: their fans move the full heat's air, at altitude
more of it. Gensets carry the highest load of weather year and design days, with no margin for charging batteries or
steps of load.
"""

from gigacampus.engines.facility.days import Day, design_days, extreme
from gigacampus.engines.facility.design.judging import DesignResult, Judged, Reached, hours_above, judge
from gigacampus.engines.facility.design.sizing import Size, Sizes, built, size
from gigacampus.engines.facility.design.standby import Standby

__all__ = [
    "Day",
    "DesignResult",
    "Judged",
    "Reached",
    "Size",
    "Sizes",
    "Standby",
    "built",
    "design_days",
    "extreme",
    "hours_above",
    "judge",
    "size",
]
