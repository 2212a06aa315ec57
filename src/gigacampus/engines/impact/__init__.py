"""Impact: carbon in scopes 1, 2 and 3, water on site and at source, and the KPIs that standards name.

Door
----
`account` takes the supply spec, the site's grid, the timeline, the supply's result, the grid's hourly factor and mix,
the facility's energy and water by hour (`Meters`), what each phase builds (`Hardware`), and factors of the catalogue
(`Factors`); it gives an `Impact` by calendar year (t CO2e, m3, MWh) with KPIs over the life.

Equations
---------
Scopes 1 and 2 stand in `operational`, embodied carbon in `embodied`, water of generation in `water`; ratios are
properties of `Impact`.

Not modelled
------------
Backup generators, refrigerant leaks, upstream of fuels and losses of the grid (scope 3, category 3), construction work,
transport, end of life, land and e-waste. Embodied carbon of own gas, nuclear, geothermal, hydro and biomass plants: no
factor with a source was found, so theirs counts as none. A utility's gas plant that serves the campus stands at its own
rate in market-based scope 2, as if its utility attested it (a supplier-specific rate).
"""

from __future__ import annotations

from gigacampus.engines.impact.account import Impact, account
from gigacampus.engines.impact.inputs import DispatchLike, Factors, Hardware, Meters, SupplyLike

__all__ = ["DispatchLike", "Factors", "Hardware", "Impact", "Meters", "SupplyLike", "account"]
