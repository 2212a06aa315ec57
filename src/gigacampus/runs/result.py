"""What a run gives back in Python: KPIs, and each stage's arrays, with labels on request."""

from __future__ import annotations

import difflib
import html
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gigacampus.campus.spec import Campus
from gigacampus.errors import CampusError
from gigacampus.runs import folder, tables
from gigacampus.runs.kpi import Value
from gigacampus.runs.pipeline import Run

ACCESSORS: dict[str, Callable[[Run], Any]] = {}
"""What faces add to a result, by name: ``plot`` makes figures."""


_WANTS = {"physical": "campus to run", "deal": "deal"}


class Kpis(Mapping[str, Value]):
    """KPIs by dotted name; each has `value`, `unit` and, where it is undefined, `reason`."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Value:
        if name not in self._values:
            near = difflib.get_close_matches(name, self._values, n=3, cutoff=0.5)
            raise KeyError(f"no KPI is called {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return "\n".join(f"{name:<44} {_plain(value)}" for name, value in self._values.items())

    def _repr_html_(self) -> str:
        cells = (
            f"<tr><th>{html.escape(n)}</th><td>{html.escape(_plain(v))}</td></tr>" for n, v in self._values.items()
        )
        return f"<table>{''.join(cells)}</table>"

    def to_dataframe(self) -> Any:
        """As a pandas frame with columns value, unit and reason."""
        import pandas as pd

        return pd.DataFrame({name: vars(value) for name, value in self._values.items()}).T


def _plain(value: Value) -> str:
    return f"{value.value:,.6g} {value.unit}" if value.value is not None else f"– ({value.reason})"


class View:
    """A stage's result. Its hourly columns are attributes, arrays of shape (H,); so is all that the stage gives."""

    def __init__(self, stage: Any, columns: tables.Columns, time: Any) -> None:
        self._stage, self._columns, self._time = stage, columns, time

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._columns[name][1] if name in self._columns else getattr(self._stage, name)

    def __dir__(self) -> list[str]:
        return sorted({*self._columns, *(n for n in dir(self._stage) if not n.startswith("_"))})

    def __repr__(self) -> str:
        listed = ", ".join(f"{name} [{unit}]" for name, (unit, _) in self._columns.items())
        return f"<{type(self._stage).__name__}: {len(self._time):,} hours of {listed}>"

    def to_xarray(self) -> Any:
        """Hourly columns as an xarray Dataset; the unit of each stands in ``attrs["units"]``."""
        import xarray as xr

        data = {name: ("time", values, {"units": unit}) for name, (unit, values) in self._columns.items()}
        return xr.Dataset(data, coords={"time": self._time.astype("datetime64[ns]")})

    def to_dataframe(self) -> Any:
        """Hourly columns as a pandas frame, by time in UTC."""
        import pandas as pd

        index = pd.DatetimeIndex(self._time, name="time", tz="UTC")
        return pd.DataFrame({name: values for name, (_, values) in self._columns.items()}, index=index)


class Result:
    """A campus that has been run. Stages are computed when their result is first asked for."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def campus(self) -> Campus:
        """The campus, with every default filled in."""
        return self._run.campus

    @property
    def kpi(self) -> Kpis:
        """Every KPI."""
        return Kpis(self._run.kpi)

    @property
    def promises(self) -> tuple[Any, ...]:
        """How each promise stands."""
        found: tuple[Any, ...] = self._run.policy
        return found

    @property
    def facility(self) -> View:
        """Energy and water of the facility by hour."""
        return self._view("facility", tables.facility_columns)

    @property
    def supply(self) -> View:
        """Who powers the campus by hour, cost and cleanness."""
        return self._view("supply", tables.supply_columns)

    def _view(self, stage: str, columns: Callable[[Run], tables.Columns]) -> View:
        if not self._run.runs(stage):
            raise CampusError(f"the spec has no campus to run, so there is no {stage}")
        return View(self._run.get(stage), columns(self._run), tables.hours(self._run))

    def save(self, path: str | Path) -> Path:
        """Write the run folder, without a report."""
        return folder.write(self._run, Path(path), {})

    def __getattr__(self, name: str) -> Any:
        if name in ACCESSORS:
            return ACCESSORS[name](self._run)
        found = getattr(self._run, name)
        if found is None and not self._run.runs(name):
            raise CampusError(f"the spec has no {_WANTS[self._run.stage(name).when]}, so there is no {name}")
        return found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *ACCESSORS, *(stage.name for stage in self._run.stages)})

    def __repr__(self) -> str:
        return f"<Result of {self.campus.name}: {self.campus.case}>"
