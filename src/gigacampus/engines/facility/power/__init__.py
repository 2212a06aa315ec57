"""The power chain from the boards back to the meter; every loss depends on the load. Per MW of IT rating.

Elements in the order in which power passes: `substation`, `medium`, `transformer`, `ups`, `distribution`, `branch`;
within the racks `supply`, `board`. What each loses is in `elements`, the whole in `chain`, how far each is loaded
in `loading`, and redundancy in the spec (`campus.spec.facility.topology`).
"""

from __future__ import annotations

from gigacampus.engines.facility.power.chain import Chain, Indoors, Upstream
from gigacampus.engines.facility.power.elements import Bank, given, loss
from gigacampus.engines.facility.power.loading import Loading, loadings

__all__ = [
    "Bank",
    "Chain",
    "Indoors",
    "Loading",
    "Upstream",
    "given",
    "loadings",
    "loss",
]
