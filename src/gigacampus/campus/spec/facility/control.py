"""How the cooling plant is run: by rules, or by set-points that are chosen hour by hour within limits."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import DegC, Share, USDPerM3

Objective = Literal["energy", "water", "money", "carbon"]


class Control(FromCatalog):
    """Who chooses the cooling plant's mode and set-points, what for, and within which limits."""

    section: ClassVar[str] = "plant_controls"
    default_entry: ClassVar[str | None] = "four-changes"

    by: Literal["rules", "optimal"] = Field(
        "rules", description="fixed set-points, or those that are best in each hour of the weather year"
    )
    minimise: Objective = Field("energy", description="what optimal control minimises")
    assess: bool = Field(True, description="whether a run by rules too reports what optimal control is worth")
    water_price: USDPerM3 = Field(description="the site's tariff of water drawn and of its discharge")
    mode_changes: int | None = Field(
        description="most changes of mode a day on each side, unless more are forced; null: no limit", ge=0, le=24
    )
    chiller_minimum: Share = Field(
        description="least share of the heat that chillers lift once they run beside coolers"
    )
    water_max: DegC = Field(description="warmest facility water that the racks allow")
    air_max: DegC = Field(description="warmest air that enters the servers")
