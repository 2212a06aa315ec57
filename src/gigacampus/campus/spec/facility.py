"""Stub, written by its room."""

from __future__ import annotations

from gigacampus.campus.spec.part import Part


class Facility(Part):
    """Stub."""
