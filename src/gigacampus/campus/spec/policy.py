"""What is promised: each promise is a KPI and a bound. `policy` checks them; `plan` will hold them as constraints."""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import Part


class Promise(Part):
    """One KPI held by one bound, written with the KPI's unit: ``{kpi: facility.wue, at_most: 0.2 L/kWh}``."""

    kpi: str = Field(description="dotted name of the KPI")
    at_least: str | float | None = Field(None, description="lower bound, with the KPI's unit")
    at_most: str | float | None = Field(None, description="upper bound, with the KPI's unit")
    why: str = Field("", description="who promised it, and where")

    @model_validator(mode="after")
    def _one_bound(self) -> Promise:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("promise", "exactly one of at_least and at_most is needed")
        return self
