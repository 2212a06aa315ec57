"""Limits that grid operators set or propose for swings of large loads."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import MW, Hertz, Seconds, Share

_NEEDS = {
    "change": ("power", "over"),
    "range": ("power", "over"),
    "content": ("power", "above", "below"),
    "voltage": ("voltage",),
    "flicker": ("flicker",),
}


class SwingLimit(FromCatalog):
    """One limit at the point of interconnection; where power and share are given the lower of them holds."""

    section: ClassVar[str] = "swing_limits"

    measure: Literal["change", "range", "content", "voltage", "flicker"] = Field(
        description="change of power over a time, of means of a sixth of it; highest less lowest power within it; "
        "amplitude of the sine that "
        "holds as much energy as a band; change of the voltage within 1 s; short-term flicker severity"
    )
    status: Literal["in force", "proposed", "quoted", "planning level"] = Field(description="what the limit is today")
    power: MW | None = Field(None, description="highest change, range or amplitude")
    share: Share | None = Field(None, description="the same over the campus's load at its rating")
    over: Seconds | None = Field(None, description="time of a change or range")
    above: Hertz | None = Field(
        None, description="lower end of the band; a range without a band takes all of the power"
    )
    below: Hertz | None = Field(
        None, description="upper end of the band; 50 Hz is the highest that steps of 10 ms hold"
    )
    voltage: Share | None = Field(None, description="highest change of the voltage, over nominal")
    flicker: float | None = Field(None, description="highest short-term flicker severity Pst", gt=0)

    @model_validator(mode="after")
    def _whole(self) -> SwingLimit:
        missing = [name for name in _NEEDS[self.measure] if getattr(self, name) is None]
        if missing:
            raise PydanticCustomError(
                "limit",
                "a limit on {measure} needs {missing}",
                {"measure": self.measure, "missing": ", ".join(missing)},
            )
        if (self.above is None) != (self.below is None) or (self.above or 0.0) > (self.below or 0.0):
            raise PydanticCustomError("limit", "a band needs above and below, the higher of which is below")
        return self
