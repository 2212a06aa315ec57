"""Supply: who powers the campus in every hour, what it costs, and how clean it is.

`dispatch` takes the supply spec, the site's grid and resource, the timeline and the load (H,) [MW], and gives a `Dispatch`.
"""

from __future__ import annotations

from gigacampus.engines.supply.dispatch import Dispatch, Storage, dispatch
from gigacampus.engines.supply.profile import ResourceLike

__all__ = ["Dispatch", "ResourceLike", "Storage", "dispatch"]
