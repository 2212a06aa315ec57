"""What runs: training and serving, and what failures and checkpoints take from it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus.spec.part import FromCatalog, Part
from gigacampus.quantities import PerYear, Seconds, Share


class Training(FromCatalog):
    """Large synchronous jobs that hold their accelerators without pause."""

    section: ClassVar[str] = "workloads"
    default_entry: ClassVar[str | None] = "training"

    share: Share = Field(description="share of the accelerators that training holds")
    activity: Share = Field(description="power between idle (0) and peak (1) while a job makes progress")
    mfu: Share = Field(description="model FLOP utilisation while a job makes progress")
    job_accelerators: int = Field(description="accelerators of one job; their failures add up", ge=1)
    parameters: float = Field(description="parameters of the reference model, for tokens trained", gt=0)


class Serving(FromCatalog):
    """Inference, which follows its users' day."""

    section: ClassVar[str] = "workloads"
    default_entry: ClassVar[str | None] = "serving"

    share: Share = Field(description="share of the accelerators that serving holds")
    activity_mean: Share = Field(description="mean power between idle (0) and peak (1) over the day")
    activity_swing: Share = Field(description="half of the difference between the busiest and the quietest hour")
    peak_hour: float = Field(description="local standard hour of the day's peak", ge=0, le=24)
    mfu: Share = Field(description="model FLOP utilisation at mean activity")


class Failures(FromCatalog):
    """What interrupts a job, and what it costs."""

    section: ClassVar[str] = "workloads"
    default_entry: ClassVar[str | None] = "failures"

    rate: PerYear = Field(description="interruptions that one accelerator and its share of the rest cause in a year")
    write: Seconds = Field(description="time in which a checkpoint is written, blocking")
    restart: Seconds = Field(description="time from an interruption to progress, detection included")


class Workload(Part):
    """Shares of the accelerators; what neither training nor serving holds stands idle as spare."""

    training: Training = Field(default_factory=lambda: Training.model_validate({}), description="training")
    serving: Serving = Field(default_factory=lambda: Serving.model_validate({}), description="serving")
    failures: Failures = Field(
        default_factory=lambda: Failures.model_validate({}), description="failures and checkpoints"
    )

    @model_validator(mode="after")
    def _shares(self) -> Workload:
        total = self.training.share + self.serving.share
        if total > 1 + 1e-12:
            raise PydanticCustomError(
                "shares", "the shares of training and serving sum to {s} %, above 100 %", {"s": f"{100 * total:.6g}"}
            )
        swing = self.serving.activity_mean + self.serving.activity_swing
        if swing > 1 or self.serving.activity_swing > self.serving.activity_mean:
            raise PydanticCustomError("serving", "activity_mean ± activity_swing must stay within 0 and 100 %")
        return self
