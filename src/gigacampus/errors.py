"""One family of errors. Each says what is wrong, where, and the way out."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_VALUE = 60


def shorten(value: object, limit: int = _LONGEST_VALUE) -> str:
    """Show a value in one short line, cut before it is formatted where it could be large."""
    if isinstance(value, (dict, list, tuple, set)):
        kind = "mapping" if isinstance(value, dict) else "list"
        return f"a {kind} of {len(value)}"
    if value is None:
        return "null"
    text = repr(value[: limit + 1]) if isinstance(value, str) else repr(value)
    return text if len(text) <= limit + 2 else text[: limit - 1] + "…'"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file: the key's path, the line (from 1), the value and the way out."""

    message: str
    path: str = ""
    line: int | None = None
    value: str = ""
    fix: str = ""
    file: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        head = ": ".join(part for part in (place, self.path) if part)
        text = f"{head}: {self.message}" if head else self.message
        if self.value:
            text += f" (got {self.value})"
        return f"{text}. {self.fix}" if self.fix else text


class CampusError(Exception):
    """Base of every error that gigacampus raises for a user."""

    exit_code = 1

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class SpecError(CampusError):
    """The spec, or what it points to, is not valid."""

    exit_code = 2


class DataError(CampusError):
    """A data file (weather, mix, trace) cannot be read as what it should be."""

    exit_code = 2


class InfeasibleError(CampusError):
    """No solution meets the spec: an unknown of the deal has none, a promise cannot be kept."""

    exit_code = 3


class ResidualError(CampusError):
    """A conservation law is broken beyond its limit: a defect of the model, never of the spec."""


class WriteError(CampusError):
    """A result could not be written; nothing half-written is left behind."""
