"""What every part of the grammar shares: frozen, strict, unknown keys named with the valid ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from teichaku.engine.errors import nearest

T = TypeVar("T")


class Part(BaseModel):
    """One mapping of the document: immutable, strict about types, closed about keys."""

    instead: ClassVar[tuple[str, ...]] = ()
    """Keys that would make another part of this mapping; a problem names them too."""
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True)

    @model_validator(mode="wrap")
    @classmethod
    def _known_keys(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        own = [info.alias or name for name, info in cls.model_fields.items()]
        unknown = [str(key) for key in value if key not in own]
        if not unknown:
            return handler(value)
        valid = [*own, *cls.instead]
        found = [_unknown_key(key, valid) for key in unknown]
        try:
            handler({key: inner for key, inner in value.items() if key in own})
        except ValidationError as error:
            found.extend(_others(error, {nearest(key, valid) for key in unknown}))
        raise ValidationError.from_exception_data(cls.__name__, found)


def _unknown_key(key: str, valid: list[str]) -> InitErrorDetails:
    context = {"key": key, "valid": valid}
    kind = PydanticCustomError("unknown_key", "unknown key {key}", context)
    return InitErrorDetails(type=kind, input=key)


def _others(error: ValidationError, meant: set[str]) -> Iterator[InitErrorDetails]:
    """The other problems of a mapping; a missing key that was only misspelt is no second one."""
    for details in error.errors():
        kind, loc = details["type"], details["loc"]
        if loc == () or (kind == "missing" and len(loc) == 1 and loc[0] in meant):
            continue  # a problem of the whole may come from the key that was left out
        context = details.get("ctx", {})
        again = PydanticCustomError(kind, "{says}", {**context, "says": details["msg"]})
        yield InitErrorDetails(type=again, loc=loc, input=details["input"])


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _one_as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else _as_tuple(value)


def _one_or_list(value: tuple[str, ...]) -> str | list[str]:
    return value[0] if len(value) == 1 else list(value)


Several = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A list, possibly empty."""
AtLeastOne = Annotated[tuple[T, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
"""A list with something in it."""


Text = Annotated[str, Field(min_length=1, max_length=500)]
"""A text with something in it."""
OneOrMore = Annotated[
    tuple[Text, ...],
    BeforeValidator(_one_as_tuple, json_schema_input_type=Text | list[Text]),
    Field(min_length=1),
    PlainSerializer(_one_or_list),
]
"""One text or a list of texts."""
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,63}$")]
"""What decisions cite: ``R-012``, ``proposal``."""

MICRO = 1_000_000


def _six_decimals(value: float) -> float:
    if not abs(value) <= 1e6 or round(value * MICRO) / MICRO != value:
        raise PydanticCustomError("points", "at most six decimals, between -1000000 and 1000000")
    return value


def _plain_number(value: float) -> float | int:
    return int(value) if value == int(value) else value


Number = Annotated[
    float, AfterValidator(_six_decimals), PlainSerializer(_plain_number, return_type=float | int)
]
"""Points and thresholds: exact in millionths, so that caps and comparisons are."""
