"""What every noun of the spec is made of: strict fields, and defaults that come from the catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from gigacampus.campus import catalog
from gigacampus.errors import SpecError


class Part(BaseModel):
    """A noun of the spec. Unknown keys are errors, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)


class FromCatalog(Part):
    """A noun whose figures may come from a catalogue entry.

    In YAML it is the entry's name alone (``server: gb200-nvl72``), or a mapping that names it with ``use`` and
    overrides some of its figures. Without ``use``, the class's `default_entry` fills what is not given. A part that is
    given as a mapping without ``use`` overrides the part that the entry names, not another.
    """

    section: ClassVar[str]
    default_entry: ClassVar[str | None] = None

    use: str | None = Field(None, description="catalogue entry that fills what is not given here")

    @classmethod
    def entry_name(cls, given: Any) -> str | None:
        """The entry that a value as written in YAML draws on."""
        if isinstance(given, str):
            return given
        if isinstance(given, dict) and isinstance(given.get("use"), str):
            return str(given["use"])
        return cls.default_entry

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: Any) -> Any:
        if given is None:
            given = {}
        name = cls.entry_name(given)
        if isinstance(given, str):
            given = {}
        if not isinstance(given, dict) or name is None:
            return given
        try:
            entry = catalog.entry(cls.section, name)
        except SpecError as error:
            raise PydanticCustomError("catalog", "{reason}", {"reason": str(error)}) from None
        known = {field: value for field, value in entry.as_spec().items() if field in cls.model_fields}
        own = {
            part: {"use": known[part], **value}
            for part, value in given.items()
            if isinstance(value, dict) and isinstance(known.get(part), str)
        }
        return {**known, **given, **own, "use": name}
