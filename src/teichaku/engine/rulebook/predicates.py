"""Conditions over one lead: what happened to it, who it is, how it scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from teichaku.engine.rulebook.base import AtLeastOne, Number, OneOrMore, Part, Text
from teichaku.engine.rulebook.durations import WindowDuration
from teichaku.engine.rulebook.patterns import path_regex, re2_problem


def _plain_number(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


Finite = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_plain_number)]
"""A number; 50.0 is 50, so that one value has one hash."""
Scalar = str | bool | int | Finite
Bound = int | Finite | date


class EventMatch(Part):
    """Which events are meant: a type, and optionally the object it was about."""

    event: Text
    path: OneOrMore | None = None
    form: OneOrMore | None = None
    asset: OneOrMore | None = None
    campaign: OneOrMore | None = None
    rank: OneOrMore | None = None

    @field_validator("path")
    @classmethod
    def _patterns(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for pattern in value or ():
            path_regex(pattern)
        return value


class AttributeClause(Part):
    """True when the lead's or company's present value satisfies the one operator given."""

    attribute: Annotated[str, Field(pattern=r"^[^\s.]+(\.[^\s.]+)?$")]
    is_: Scalar | None = Field(None, alias="is")
    in_: AtLeastOne[str | int | Finite] | None = Field(None, alias="in")
    between: Annotated[AtLeastOne[Bound], PlainSerializer(list)] | None = None
    matches: Text | None = None

    @field_validator("between")
    @classmethod
    def _two_bounds(cls, value: tuple[Bound, ...] | None) -> tuple[Bound, ...] | None:
        if value is None:
            return None
        dates = [isinstance(bound, date) for bound in value]
        if len(value) != 2 or len(set(dates)) != 1 or value[0] > value[1]:  # type: ignore[operator]
            raise PydanticCustomError("between", "two bounds of one kind, the lower first")
        return value

    @field_validator("matches")
    @classmethod
    def _re2(cls, value: str | None) -> str | None:
        problem = re2_problem(value) if value else ""
        if problem:
            raise PydanticCustomError("re2", "not an RE2 pattern: {problem}", {"problem": problem})
        return value

    @model_validator(mode="after")
    def _one_operator(self) -> AttributeClause:
        given = [self.is_, self.in_, self.between, self.matches]
        if sum(value is not None for value in given) != 1:
            raise PydanticCustomError("one_operator", "exactly one of is, in, between, matches")
        return self


class CountClause(Part):
    """At least so many matching events within the window (all time without one)."""

    count: EventMatch
    at_least: Annotated[int, Field(ge=1, le=100_000)]
    within: WindowDuration | None = None


class DaysClause(Part):
    """Matching events on at least so many distinct local days within the window."""

    days: EventMatch
    at_least: Annotated[int, Field(ge=1, le=10_000)]
    within: WindowDuration | None = None


class LastClause(Part):
    """The latest matching event lies within the window."""

    last: EventMatch
    within: WindowDuration | None = None


class ScoreClause(Part):
    """A score, rounded to six decimals, reaches the threshold."""

    score: Literal["total", "behaviour", "fit"]
    at_least: Number


class RisingClause(Part):
    """The total is up by at least this against seven days before."""

    rising: Number


class Combination(Part):
    """Every one of the parts given must hold: all of ``all``, one of ``any``, none of ``none``."""

    instead: ClassVar[tuple[str, ...]] = (
        "attribute", "count", "days", "last", "score", "rising",
    )  # fmt: skip

    all_: AtLeastOne[Predicate] | None = Field(None, alias="all")
    any_: AtLeastOne[Predicate] | None = Field(None, alias="any")
    none_: AtLeastOne[Predicate] | None = Field(None, alias="none")

    @model_validator(mode="after")
    def _not_empty(self) -> Combination:
        if self.all_ is None and self.any_ is None and self.none_ is None:
            raise PydanticCustomError("empty_combination", "needs all, any or none")
        return self


_BY_KEY: Mapping[str, type[Part]] = {
    "attribute": AttributeClause,
    "count": CountClause,
    "days": DaysClause,
    "last": LastClause,
    "score": ScoreClause,
    "rising": RisingClause,
}


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        kind = next((key for key in _BY_KEY if key in value), "combination")
    else:
        kind = next((key for key, part in _BY_KEY.items() if type(value) is part), "combination")
    return f"<{kind}>"  # no document key looks like this, so error locations stay readable


Predicate = Annotated[
    Annotated[AttributeClause, Tag("<attribute>")]
    | Annotated[CountClause, Tag("<count>")]
    | Annotated[DaysClause, Tag("<days>")]
    | Annotated[LastClause, Tag("<last>")]
    | Annotated[ScoreClause, Tag("<score>")]
    | Annotated[RisingClause, Tag("<rising>")]
    | Annotated[Combination, Tag("<combination>")],
    Discriminator(_kind),
]
Clause = AttributeClause | CountClause | DaysClause | LastClause | ScoreClause | RisingClause
AnyPredicate = Clause | Combination

Combination.model_rebuild()


def clauses(predicate: AnyPredicate) -> Iterator[Clause]:
    """Every leaf of the condition, in document order."""
    if not isinstance(predicate, Combination):
        yield predicate
        return
    for part in (predicate.all_, predicate.any_, predicate.none_):
        for inner in part or ():
            yield from clauses(inner)
