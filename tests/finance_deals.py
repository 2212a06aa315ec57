"""Deals of the tests, read from tests/deals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gigacampus.campus.spec import read
from gigacampus.campus.spec.deal import Deal

DEALS = Path(__file__).parent / "deals"
BN = 1e9


def text(name: str) -> str:
    return (DEALS / f"{name}.yaml").read_text()


def deal(name: str, *replace: tuple[str, str], more: str = "") -> Deal:
    """A deal of tests/deals, with more text at its end, and some of its text replaced."""
    written = text(name) + more
    for old, new in replace:
        assert old in written, old
        written = written.replace(old, new)
    found = read(written, f"{name}.yaml").campus.deal
    assert found is not None
    return found


def changed(spec: Deal, **fields: Any) -> Deal:
    """A deal with some of its fields replaced."""
    return Deal.model_validate(spec.model_dump() | fields)
