"""Durations of the grammar: exact days and hours, calendar months, business hours and days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Unit = Literal["d", "h", "mo", "bh", "bd"]
_PATTERN = re.compile(r"([0-9]{1,5})(d|h|mo|bh|bd)")
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


@dataclass(frozen=True, slots=True)
class Duration:
    """``90d 4h 1mo 8bh 1bd``; prints as written."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def microseconds(self) -> int:
        """Exact length; only days and hours have one."""
        if self.unit == "d":
            return self.amount * DAY_US
        if self.unit == "h":
            return self.amount * HOUR_US
        raise ValueError(f"{self} has no exact length")

    @classmethod
    def parse(cls, text: object) -> Duration:
        """The duration a text names; refuses anything else."""
        if isinstance(text, Duration):
            return text
        found = _PATTERN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise PydanticCustomError("duration", "not a duration such as 90d 4h 1mo 8bh 1bd")
        return cls(int(found[1]), found[2])  # type: ignore[arg-type]  # the pattern lists the units

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_PATTERN.pattern}$"}


def _limited(units: tuple[Unit, ...], *, zero: bool = False) -> AfterValidator:
    def check(value: Duration) -> Duration:
        if value.unit not in units or (value.amount == 0 and not zero):
            raise PydanticCustomError(
                "duration_unit",
                "not a duration in {units}",
                {"units": " ".join(f"1{unit}" for unit in units)},
            )
        return value

    return AfterValidator(check)


ExactDuration = Annotated[Duration, _limited(("d", "h"))]
"""Days or hours: lengths of a decay."""
WindowDuration = Annotated[Duration, _limited(("d", "h", "mo"))]
"""Days, hours or calendar months: windows that look back."""
DayDuration = Annotated[Duration, _limited(("d",))]
"""Whole local days: windows of KPIs and reviews."""
Deadline = Annotated[Duration, _limited(("d", "h", "mo", "bh", "bd"))]
"""Any unit, above zero."""
Delay = Annotated[Duration, _limited(("d", "h", "mo", "bh", "bd"), zero=True)]
"""Any unit, zero allowed."""
