"""The design day: what the plant is sized and judged on, never a typical year's warmest hour."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import DegC, Kelvin, Metre, Share


class GensetDerating(FromCatalog):
    """What heat and thin air leave of a genset's nameplate; both shares multiply."""

    section: ClassVar[str] = "genset_deratings"
    default_entry: ClassVar[str | None] = "volvo-500"

    nameplate: float | None = Field(
        None, description="nameplate of gensets that are needed over the full load; found on design days", gt=0, le=10
    )
    warm: DegC = Field(description="intake air up to which a genset gives its nameplate")
    per_kelvin: Share = Field(description="power lost a kelvin above that")
    high: Metre = Field(description="height above the sea up to which a genset gives its nameplate")
    per_kilometre: Share = Field(description="power lost a kilometre above that")
    height_most: Metre = Field(description="height to which this is known")


class Design(FromCatalog):
    """How the plant is sized and judged on the site's design days: with units out, in air that its discharge warms."""

    section: ClassVar[str] = "design_rules"
    default_entry: ClassVar[str | None] = "n-minus-1"

    recirculation: Kelvin = Field(description="intake air over outdoor air on a design day, by discharge that returns")
    units_out: int = Field(description="coolers, chillers and gensets that are out on a design day", ge=0, le=100)
    margin_max: float = Field(description="largest margin of coolers that is sought", ge=1, le=100)
    accept_excess: bool = Field(
        False,
        description="run and report a plant that cannot hold its set-points or its load on a design day",
    )
    gensets: GensetDerating = Field(
        default_factory=lambda: GensetDerating.model_validate({}), description="standby gensets in heat and thin air"
    )
