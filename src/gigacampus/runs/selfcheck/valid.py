"""Row 6: a random valid campus is read and run through every stage; rows 1 to 4 and 13 on the way."""

from __future__ import annotations

import traceback
import warnings
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from gigacampus.campus import spec
from gigacampus.errors import CampusError, ResidualError, SpecError
from gigacampus.runs.checks import check
from gigacampus.runs.pipeline import Run
from gigacampus.runs.selfcheck import laws, specs
from gigacampus.runs.selfcheck.draw import dump

LIMIT = 1e-12
"""Highest difference of the compiled dispatch from the readable one, over the largest flow."""


@dataclass(frozen=True)
class Seen:
    """What one campus showed: `fault` breaks the promise, `refused` is the reason of an error that a user may see."""

    seed: int
    hours: int = 0
    residuals: dict[str, float] = field(default_factory=dict)
    reference: float | None = None
    fault: str = ""
    refused: str = ""


def case(seed: int, days: int = 365, reference: bool = False) -> Seen:
    """Read and run the campus of a seed."""
    text = dump(specs.campus(seed, days))
    try:
        loaded = spec.read(text, f"{seed}.yaml")
        check(loaded)
    except SpecError as error:
        return Seen(seed, fault=f"seed {seed} is valid but refused: {error}")
    except Exception as error:  # whatever it is, it is the finding
        return Seen(seed, fault=f"seed {seed}, reading: {last(error)}")
    return _ran(seed, Run(loaded, store=False), reference)


def _ran(seed: int, run: Run, reference: bool) -> Seen:
    hours = run.timeline.hours if run.campus.physical else 0
    try:
        with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
            warnings.simplefilter("error")
            names = [stage.name for stage in run.stages if stage.name != "setpoints"]  # where infinity is a choice
            strange = [place for name in names for place in laws.strange(run.get(name), name)]
            unlike = against_reference(run) if reference and run.campus.physical else None
            found = laws.residuals(run)
    except ResidualError as error:
        return Seen(seed, hours, fault=f"seed {seed}: {error}")
    except CampusError as error:
        return Seen(seed, hours, refused=str(error), fault="" if str(error) else f"seed {seed}: no reason given")
    except Exception as error:  # whatever it is, it is the finding
        return Seen(seed, hours, fault=f"seed {seed}: {last(error)}")
    broken = [f"{law} {value:.2g}" for law, value in found.items() if not value <= laws.LIMIT]
    fault = f"seed {seed}: {', '.join([*broken, *strange[:3]])}" if broken or strange else ""
    return Seen(seed, hours, found, unlike, fault)


def last(error: Exception) -> str:
    """An exception as one line, with where it came from."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "gigacampus" in f.filename]
    frame = ours[-1] if ours else frame
    return f"{type(error).__name__}: {str(error)[:200]} ({frame.filename.rpartition('gigacampus/')[2]}:{frame.lineno})"


def against_reference(run: Run) -> float:
    """Row 13: largest difference between the compiled dispatch and the readable loop, over the largest flow."""
    from gigacampus.engines.supply import kernel, reference

    given = _laid_out(run)
    fast, slow = kernel.run(given), reference.run(given)
    pairs = [(getattr(fast, f.name), getattr(slow, f.name)) for f in fields(slow)]
    return max((_unlike(a, b) for a, b in pairs), default=0.0)


def _unlike(fast: Any, slow: Any) -> float:
    return laws.relative(fast - slow, slow)


def _laid_out(run: Run) -> Any:
    """The arrays that the dispatch of a run works on."""
    from gigacampus.engines.supply.profile import available, lay_out

    supply, site, timeline = run.campus.supply, run.site, run.timeline
    outputs = {name: available(name, plant, site, timeline) for name, plant in supply.plants.items()}
    return lay_out(supply, run.place.grid, site, timeline, run.response.over(timeline), outputs)
