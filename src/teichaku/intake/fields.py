"""Which fields a file of each kind may fill, and what their values are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum

ATTRIBUTE = "attribute."
# Texts that are looked up are indexed, and an index holds only so much of a text.
_INDEXED = "external_id lead deal company type path form asset campaign rank source stage"
LONGEST = {**dict.fromkeys(_INDEXED.split(), 500), "owner": 200, "email": 254, "domain": 254}


BASIS_FIELDS = ("basis", "basis_on", "basis_evidence")
# What later kinds refer to comes before them.
IMPORT_ORDER = ("users", "companies", "leads", "events", "deals", "stages", "activities")


class FieldType(Enum):
    """How the text of a cell is read."""

    TEXT = "text"
    INSTANT = "instant"
    DAY = "day"  # a local date that may carry its instant
    NUMBER = "number"
    INTEGER = "integer"
    AMOUNT = "amount"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of file: its fields, and those without which a row says nothing.

    Of ``any_of`` (when there are any) at least one has to be mapped and filled.
    """

    name: str
    fields: Mapping[str, FieldType]
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = field(default=())
    # Said once for a whole file, where no column of it says so.
    asked: tuple[str, ...] = ()

    def type_of(self, name: str) -> FieldType | None:
        """The type of a field or attribute, None when there is no such field."""
        if name.startswith(ATTRIBUTE) and len(name) > len(ATTRIBUTE):
            return FieldType.TEXT
        return self.fields.get(name)


def nearest(name: str, known: Mapping[str, object] | list[str]) -> str | None:
    """The known name most like a mistyped one, if any is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def _fields(text: str, **others: FieldType) -> dict[str, FieldType]:
    return {**dict.fromkeys(text.split(), FieldType.TEXT), **others}


ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (
        Entity(
            "leads",
            _fields(
                "external_id email name kana phone company title department source campaign stage"
                " owner opt_out basis basis_evidence",
                created_at=FieldType.INSTANT,
                mql_at=FieldType.INSTANT,
                basis_on=FieldType.DAY,
            ),
            any_of=("external_id", "email", "name", "phone"),
            asked=BASIS_FIELDS,
        ),
        Entity(
            "companies",
            _fields(
                "external_id name corporate_number domain industry prefecture",
                employees=FieldType.INTEGER,
                is_competitor=FieldType.BOOLEAN,
            ),
            any_of=("external_id", "corporate_number", "domain", "name"),
        ),
        Entity(
            "events",
            _fields(
                "external_id lead type path form asset campaign rank url source actor",
                at=FieldType.INSTANT,
                duration=FieldType.NUMBER,
                recorded_at=FieldType.INSTANT,
            ),
            required=("lead", "at", "type"),
        ),
        Entity(
            "deals",
            _fields(
                "external_id lead company owner name stage kind lost_reason email contact"
                " corporate_number domain",
                amount=FieldType.AMOUNT,
                created_on=FieldType.DAY,
                close_on=FieldType.DAY,
                closed_on=FieldType.DAY,
            ),
            required=("external_id",),
        ),
        Entity(
            "stages",
            _fields("deal stage actor", at=FieldType.INSTANT),
            required=("deal", "stage", "at"),
        ),
        Entity(
            "activities",
            _fields(
                "external_id deal lead company owner kind outcome next_action",
                at=FieldType.INSTANT,
                next_action_on=FieldType.DAY,
                recorded_at=FieldType.INSTANT,
            ),
            required=("at",),
        ),
        Entity(
            "users",
            _fields("external_id email name role department team manager"),
            any_of=("external_id", "email", "name"),
        ),
    )
}
