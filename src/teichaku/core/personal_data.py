"""What each room holds about a person: told to whoever asks, and erased when that is decided.

A room tells of its tables in ``personal_data.py``, which is read at start. Rows about a person are
found by the lead; texts in which anybody may be named are searched for what the person is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from django.db import models, transaction
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from teichaku.core.canonical import Json
from teichaku.core.registry import Registry, Text

GONE: Final = "[erased]"
PORTION: Final = 500
Model = type[models.Model]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: the leads that stand for them, and what they are called (``texts``)."""

    leads: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """How a table holds people.

    ``of`` leads from a row to the lead that it is about ('' where nothing does). Of such rows
    ``blank`` columns are emptied and ``unnamed`` ones, which must stay different, replaced; with
    ``drop`` the rows go. In ``mentions`` the person's texts are replaced in every row, or with
    ``drop_mentions`` the row goes. ``where`` keeps both to some rows.
    """

    model: Model
    of: str = ""
    blank: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    drop: bool = False
    mentions: tuple[str, ...] = ()
    drop_mentions: bool = False
    where: Q = field(default_factory=Q)

    def about(self, person: Person) -> QuerySet[Any]:
        """The rows about the person."""
        about = {f"{self.of}__in": person.leads} if self.of else {"pk__in": ()}
        rows: QuerySet[Any] = self.model._default_manager.filter(self.where, **about)
        return rows

    def naming(self, column: str, person: Person) -> QuerySet[Any]:
        """The rows whose column names the person."""
        found = Q()
        for text in person.texts:
            for spelt in _spellings(text):
                found |= Q(said__icontains=spelt)
        if not found:
            return self.model._default_manager.none()
        rows: QuerySet[Any] = self.model._default_manager.filter(self.where)
        named: QuerySet[Any] = rows.annotate(said=Cast(column, TextField())).filter(found)
        return named


def _nothing(person: Person) -> None:
    return None


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a room holds: its tables, what stays of them and why, and what else has to be done.

    ``finish`` is called once the room's tables are done, such as to remove files, and ``settle``
    once those of all rooms are.
    """

    label: Text
    kept: Text
    tables: Sequence[PersonalTable]
    finish: Callable[[Person], None] = _nothing
    settle: Callable[[Person], None] = _nothing


personal_data: Registry[PersonalData] = Registry("room with personal data")


def personal_data_register(name: str, data: PersonalData) -> None:
    """Nothing; what the room holds about people is told and erased with the others."""
    personal_data.register(name, data)


def personal_counts(person: Person) -> list[tuple[PersonalData, int]]:
    """How many rows about the person each room holds."""
    return [
        (data, sum(table.about(person).count() for table in data.tables))
        for data in personal_data.values()
    ]


def personal_export(person: Person) -> dict[str, dict[str, list[dict[str, Json]]]]:
    """All rows about the person by room and table, as plain values."""
    told: dict[str, dict[str, list[dict[str, Json]]]] = {}
    for name, data in personal_data.items():
        for table in data.tables:
            rows = list(_rows_told(table, person))
            if rows:
                told.setdefault(name, {})[table.model._meta.model_name or ""] = rows
    return told


def mentions_erase(person: Person) -> int:
    """How many rows named the person and do no longer; what it is called must still be known."""
    return sum(
        _mentions_erase(table, column, person)
        for data in personal_data.values()
        for table in data.tables
        for column in table.mentions
    )


def rows_erase(person: Person) -> int:
    """How many rows about the person were emptied or removed, from the highest room down."""
    done = 0
    for data in reversed(list(personal_data.values())):
        done += sum(_rows_erase(table, person) for table in data.tables)
        data.finish(person)
    for data in personal_data.values():
        data.settle(person)
    return done


def text_without(text: str, texts: Sequence[str]) -> str:
    """The text with these texts replaced, however they are capitalised or put into an address."""
    for one in texts:
        for spelt in {one, quote(one)}:
            text = re.sub(re.escape(spelt), GONE, text, flags=re.IGNORECASE)
    return text


def _spellings(text: str) -> set[str]:
    """How the text can stand in a column: plain, within JSON, within an address."""
    return {text, json.dumps(text)[1:-1], quote(text)}


def _without(value: Any, texts: Sequence[str]) -> Any:
    if isinstance(value, str):
        return text_without(value, texts)
    if isinstance(value, list):
        return [_without(one, texts) for one in value]
    if isinstance(value, Mapping):
        return {_without(key, texts): _without(one, texts) for key, one in value.items()}
    return value


def _mentions_erase(table: PersonalTable, column: str, person: Person) -> int:
    done, last = 0, 0
    rows = table.naming(column, person).order_by("pk")
    while portion := list(rows.filter(pk__gt=last).values_list("pk", column)[:PORTION]):
        last = portion[-1][0]
        with transaction.atomic():
            if table.drop_mentions:
                table.model._default_manager.filter(pk__in=[pk for pk, _ in portion]).delete()
            else:
                for pk, value in portion:
                    table.model._default_manager.filter(pk=pk).update(
                        **{column: _without(value, person.texts)}
                    )
        done += len(portion)
    return done


def _rows_erase(table: PersonalTable, person: Person) -> int:
    if not (table.drop or table.blank or table.unnamed):
        return 0
    done, last = 0, 0
    while ids := list(
        table.about(person)
        .filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:PORTION]
    ):
        last = ids[-1]
        rows = table.model._default_manager.filter(pk__in=ids)
        with transaction.atomic():
            if table.drop:
                rows.delete()
            else:
                rows.update(**_emptied(table))
        done += len(ids)
    return done


def _emptied(table: PersonalTable) -> dict[str, Any]:
    values: dict[str, Any] = {name: _empty(table.model, name) for name in table.blank}
    for name in table.unnamed:
        values[name] = Concat(Value("erased-"), Cast(F("pk"), TextField()))
    return values


def _empty(model: Model, name: str) -> Any:
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    if column.null:
        return None
    if column.has_default():
        return column.get_default()
    return {} if isinstance(column, models.JSONField) else ""


def _rows_told(table: PersonalTable, person: Person) -> Iterator[dict[str, Json]]:
    columns = [
        column.name
        for column in table.model._meta.concrete_fields
        if not column.is_relation and column.name not in ("id", "digest")
    ]
    for row in table.about(person).order_by("pk").values(*columns).iterator(chunk_size=PORTION):
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Json:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)
