"""The design day: what the plant is judged on, never a typical year's warmest hour."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import Kelvin


class Design(FromCatalog):
    """How the plant is judged on the site's design days: with units out, and in air that its own discharge warms."""

    section: ClassVar[str] = "design_rules"
    default_entry: ClassVar[str | None] = "n-minus-1"

    recirculation: Kelvin = Field(description="intake air over outdoor air on a design day, by discharge that returns")
    units_out: int = Field(description="coolers, and chillers, that are out on a design day", ge=0, le=100)
    strict: bool = Field(False, description="refuse a plant that cannot hold its set-points on a design day")
