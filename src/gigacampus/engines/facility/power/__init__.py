"""The power chain from the boards back to the meter; every loss depends on the load. Per MW of IT rating.

Elements in the order in which power passes: `substation`, `medium`, `transformer`, `ups`, `distribution`, `branch`;
within the racks `supply`, `board`. What each loses is in `elements`, redundancy in `topology`, the whole in `chain`,
and how far each is loaded in `loading`.
"""

from __future__ import annotations

from gigacampus.engines.facility.power.chain import Chain, Indoors, Upstream
from gigacampus.engines.facility.power.elements import Bank, given, loss
from gigacampus.engines.facility.power.loading import Loading, loadings
from gigacampus.engines.facility.power.topology import one_lost, paths, usable_share

__all__ = [
    "Bank",
    "Chain",
    "Indoors",
    "Loading",
    "Upstream",
    "given",
    "loadings",
    "loss",
    "one_lost",
    "paths",
    "usable_share",
]
