"""What a ledger row computes.

A row names one thing:

- ``kpi``: a KPI of its `spec`;
- ``metric``: a metric of its finance;
- ``row``: a row of its statement: a scalar, the month of a day (``at``), or a sum (``from``, ``to``, both inclusive);
- ``price``: of a loan, clean, per 100 of what it still owes: ``{loan, at, yield}``;
- ``path``: anything of its run, by attributes, keys and positions: ``[finance, lease_years, campus, rent, 0]``;
- ``call``: a function of ours, ``module:function``, with ``given``, and from what it gives back the ``path``;
- ``catalog``: ``[section, entry, field]``;
- ``value``: a number with or without a unit.

``set`` changes values of the spec by dotted path before it is read (null removes one), so that a variant needs no
copy. ``of`` (mean, max, min, sum) or ``above`` (how many hours are above) makes a number of an array; over a weather
year they leave out its repeated 29 February. Then come ``plus`` and ``less`` (lists), ``times`` and ``over``, each a
number or another such mapping, which takes `spec` and `set` from what it stands in.
"""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from gigacampus.campus import catalog, spec
from gigacampus.campus.spec.parse import parse
from gigacampus.errors import CampusError, shorten
from gigacampus.quantities import ACCEPTED
from gigacampus.runs.kpis import find
from gigacampus.runs.pipeline import Run
from gigacampus.timeline import LEAP_DAY, WEATHER_HOURS

_KINDS = ("kpi", "metric", "row", "price", "call", "path", "catalog", "value")
_OF: dict[str, Callable[[Any], Any]] = {"mean": np.mean, "max": np.max, "min": np.min, "sum": np.sum}


def figure(text: Any) -> tuple[float, float, str]:
    """A figure as written: its number, the factor from its unit to the one that we compute in, and its unit.

    >>> figure("27.3 bn USD")
    (27.3, 1000000000.0, 'bn USD')
    """
    number, _, unit = str(text).partition(" ")
    factors = (spellings[unit] for spellings in ACCEPTED.values() if unit in spellings)
    factor = 1.0 if unit in ACCEPTED else next(factors, 1.0)
    return float(number.replace(",", "")), factor, unit


class Reading:
    """Reads rows; runs of the ledger's specs are kept, and share the cache of runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs: dict[str, Run] = {}

    def run(self, name: str, changes: dict[str, Any]) -> Run:
        """The run of a spec with some values changed."""
        key = json.dumps([name, changes])
        if key not in self._runs:
            self._runs[key] = Run(changed(self.folder / name, changes))
        return self._runs[key]

    def value(self, term: Any) -> float:
        """The number that a term stands for."""
        if not isinstance(term, dict):
            number, factor, _ = figure(term)
            return number * factor
        total = self._number(term)
        for key, sign in (("plus", 1), ("less", -1)):
            total += sign * sum(self.value(_inside(other, term)) for other in term.get(key, []))
        return total * self.value(_inside(term.get("times", 1), term)) / self.value(_inside(term.get("over", 1), term))

    def _number(self, term: dict[str, Any]) -> float:
        found = self._found(term)
        if "of" in term or "above" in term:
            hours = np.asarray(found, dtype=float)
            if hours.shape == (WEATHER_HOURS,):
                hours = np.delete(hours, LEAP_DAY)
            return float(np.sum(hours > term["above"]) if "above" in term else _OF[term["of"]](hours))
        if isinstance(found, np.ndarray) and found.ndim > 0:
            raise CampusError("a ledger row needs one number, not an array")
        try:
            return float(found)
        except (TypeError, ValueError):
            raise CampusError(f"a ledger row needs one number, not something else: {shorten(found)}") from None

    def _found(self, term: dict[str, Any]) -> Any:
        """What a term names, before `of` makes a number of it."""
        kind = next((name for name in _KINDS if name in term), None)
        if kind == "value":
            return self.value(term["value"])
        if kind == "catalog":
            section, entry, field = term["catalog"]
            return self.value(_walk(catalog.entry(section, entry), ["figures", field, "value"]))
        if kind == "call":
            return _walk(self._call(term), term.get("path", []))
        if kind is None or "spec" not in term:
            raise CampusError(f"a ledger row needs one of {', '.join(_KINDS)}, the first four and path with a spec")
        run = self.run(term["spec"], term.get("set", {}))
        if kind == "path":
            return _walk(run, term["path"])
        reader = {"kpi": _kpi, "metric": _metric, "row": _row, "price": _price}[kind]
        return reader(run, term)

    def _call(self, term: dict[str, Any]) -> Any:
        """Call a function of ours; a mapping among its inputs that names a kind is a term."""
        module, _, function = str(term["call"]).partition(":")
        if not module.startswith("gigacampus."):
            raise CampusError(f"a ledger row calls our own functions alone, not {module}")
        given = {
            name: self.value(value) if isinstance(value, dict) and any(kind in value for kind in _KINDS) else value
            for name, value in term.get("given", {}).items()
        }
        return getattr(importlib.import_module(module), function)(**given)


def changed(path: Path, changes: dict[str, Any]) -> spec.Loaded:
    """A spec, with values changed by dotted path before it is read; null removes one."""
    text = path.read_text(encoding="utf-8")
    if not changes:
        return spec.read(text, str(path))
    tree, _ = parse(text, str(path))
    for dotted, value in changes.items():
        *parents, last = dotted.split(".")
        place: Any = tree
        for name in parents:
            place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
        if value is None and last not in place:
            raise CampusError(f"{path.name} has no {dotted} to remove")
        place[last] = copy.deepcopy(value)  # rows share their changes
        if value is None:
            del place[last]
    return spec.read(json.dumps(tree), str(path))


def _inside(term: Any, outer: dict[str, Any]) -> Any:
    """A term, with spec and changes of the one that it stands in unless it has its own."""
    return {key: outer[key] for key in ("spec", "set") if key in outer} | term if isinstance(term, dict) else term


def _walk(found: Any, path: list[Any]) -> Any:
    """Follow attributes, keys and positions."""
    for name in path:
        try:
            by_key = isinstance(found, dict) or isinstance(name, int)
            found = found[name] if by_key else getattr(found, name)
        except (AttributeError, KeyError, IndexError):
            raise CampusError(f"nothing is called {name!r} in {' / '.join(map(str, path))}") from None
    return found


def _kpi(run: Run, term: dict[str, Any]) -> float | None:
    """One KPI, without computing the others."""
    try:
        entry, _ = find(term["kpi"])
    except KeyError:
        raise CampusError(f"no KPI is called {term['kpi']!r}") from None
    return entry.values(run)[term["kpi"]].value


def _metric(run: Run, term: dict[str, Any]) -> float | None:
    value: float | None = _walk(run, ["finance", "metrics", term["metric"], "value"])
    return value


def _row(run: Run, term: dict[str, Any]) -> float:
    """A row of the statement: a scalar, its value in the month of a day, or its sum over some months or all."""
    if term["row"] not in run.finance.rows:
        raise CampusError(f"the statement has no row {term['row']!r}")
    values, months = run.finance.rows[term["row"]], run.finance.months.astype("datetime64[M]")
    if np.ndim(values) == 0:
        return float(values)
    if "at" in term:
        return float(values[months == np.datetime64(term["at"], "M")][0])
    first = np.datetime64(term["from"], "M") if "from" in term else months[0]
    last = np.datetime64(term["to"], "M") if "to" in term else months[-1]
    return float(values[(months >= first) & (months <= last)].sum())


def _price(run: Run, term: dict[str, Any]) -> float:
    """Clean price of a loan."""
    from gigacampus.engines.finance import price

    number, factor, _ = figure(term["price"]["yield"])
    day = date.fromisoformat(term["price"]["at"])
    return price(run.deal, run.finance, term["price"]["loan"], day, number * factor)
