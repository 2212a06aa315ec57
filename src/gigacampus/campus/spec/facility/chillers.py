"""Chillers: machines that lift heat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog
from gigacampus.quantities import DegC, Share


@dataclass(frozen=True)
class Curves:
    """A chiller's curves, all there: coefficients, and the box of leaving and entering temperatures [degC]."""

    cop: float
    capft: tuple[float, ...]
    eirft: tuple[float, ...]
    eirfplr: tuple[float, float, float]
    leaving: tuple[float, float]
    entering: tuple[float, float]
    least: float


class Chiller(FromCatalog):
    """Machines that lift heat, each hour's COP by a stated model."""

    section: ClassVar[str] = "chiller_models"

    condenser: Literal["water", "air"] = Field(description="what takes the heat from the condenser")
    model: Literal["carnot-fraction", "curves"] = Field(
        description="share of Carnot's COP by lift, or the machine's own curves within their box"
    )
    capacity: float | None = Field(
        None,
        description="reference capacity over the plant's full heat, spares included; found on design days",
        gt=0,
        le=5,
    )
    units: int = Field(6, description="chillers that stand there and share the heat", ge=1, le=10_000)
    cop: float | None = Field(None, description="COP at the curves' reference", gt=0)
    capft: tuple[float, float, float, float, float, float] | None = Field(
        None, description="capacity by leaving water and entering condenser temperature"
    )
    eirft: tuple[float, float, float, float, float, float] | None = Field(
        None, description="energy input ratio by the same two temperatures"
    )
    eirfplr: tuple[float, float, float] | None = Field(None, description="energy input ratio by part load")
    leaving_min: DegC | None = Field(None, description="coldest leaving water of the curves' box")
    leaving_max: DegC | None = Field(None, description="warmest leaving water of the curves' box")
    entering_min: DegC | None = Field(None, description="coldest condenser inlet of the curves' box, held by control")
    entering_max: DegC | None = Field(None, description="warmest condenser inlet of the curves' box")
    part_load_min: Share | None = Field(None, description="part load below which a machine cycles")

    @model_validator(mode="after")
    def _complete(self) -> Chiller:
        curves = ("cop", "capft", "eirft", "eirfplr", "leaving_min", "leaving_max", "entering_min", "entering_max")
        missing = [name for name in (*curves, "part_load_min") if getattr(self, name) is None]
        if self.model == "curves" and missing:
            raise PydanticCustomError("chiller", "a chiller by curves also needs {what}", {"what": ", ".join(missing)})
        if self.model == "carnot-fraction" and self.condenser == "air":
            raise PydanticCustomError("chiller", "the Carnot fractions are those of water-cooled machines")
        return self

    @property
    def curves(self) -> Curves:
        """The curves of a chiller whose model is ``curves``."""
        boxes = (self.leaving_min, self.leaving_max, self.entering_min, self.entering_max)
        assert self.cop is not None
        assert self.capft is not None
        assert self.eirft is not None
        assert self.eirfplr is not None
        assert self.part_load_min is not None
        cold, warm, least, most = (float(edge) for edge in boxes if edge is not None)
        return Curves(self.cop, self.capft, self.eirft, self.eirfplr, (cold, warm), (least, most), self.part_load_min)
