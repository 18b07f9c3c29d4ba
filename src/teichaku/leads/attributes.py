"""The company's own fields: the one place that decides, checks and reads their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.db import transaction

from teichaku.core.canonical import Json
from teichaku.intake.rows import Chunk
from teichaku.leads.models import AttributeDefinition

Type = AttributeDefinition.Type
MOST_REMEMBERED = 100_000
_TRUE = frozenset({"true", "はい", "yes"})
_FALSE = frozenset({"false", "いいえ", "no"})
# A leading zero or plus marks a code or a telephone number, not a quantity.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")


class AttributeReader:
    """Reads the texts of one object's attributes as what the registry says they are."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = types
        self.misfits: dict[str, int] = {}
        self._known: dict[tuple[str, str], Json] = {}

    def value(self, name: str, text: str) -> Json:
        """The typed value; a text that does not fit stays a text and is counted in ``misfits``."""
        key = (name, text)
        if key not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = _READERS[Type(self.types[name])](text)
        value = self._known[key]
        if value is None:
            self.misfits[name] = self.misfits.get(name, 0) + 1
            return text
        return value

    def row(self, texts: Mapping[str, str]) -> dict[str, Json]:
        """The filled attributes of one row."""
        return {name: self.value(name, text) for name, text in texts.items() if text}


def attributes_register(object_type: str, types: Mapping[str, str]) -> AttributeReader:
    """A reader for these attributes; new ones join the registry, known ones keep their type."""
    known = dict(
        AttributeDefinition.objects.filter(object=object_type, name__in=types).values_list(
            "name", "type"
        )
    )
    new = {name: kind for name, kind in types.items() if name not in known}
    if new:
        with transaction.atomic():
            AttributeDefinition.objects.bulk_create(
                (
                    AttributeDefinition(object=object_type, name=name, type=kind, label=name)
                    for name, kind in sorted(new.items())
                ),
                ignore_conflicts=True,
            )
    return AttributeReader({**new, **known})


def attribute_reader(chunk: Chunk, object_type: str) -> AttributeReader:
    """The reader for a file's own columns, whose types all of its rows decide."""
    columns = chunk.attributes()
    survey = TypeSurvey(columns)
    for name, texts in columns.items():
        survey.add(name, texts)
    return attributes_register(object_type, survey.types())


def misfit_notes(reader: AttributeReader) -> list[str]:
    """For each attribute whose values did not all fit, a line that says so."""
    return [
        f"attribute.{name}: {count} values are no {reader.types[name]}, kept as text"
        for name, count in sorted(reader.misfits.items())
    ]


class TypeSurvey:
    """Finds the types of columns that pass by in pieces."""

    def __init__(self, names: Iterable[str]) -> None:
        self._candidates = {name: [Type.NUMBER, Type.BOOLEAN, Type.DATE] for name in names}
        self._seen: set[str] = set()

    def add(self, name: str, texts: Iterable[str]) -> None:
        """Nothing; types that these texts do not have are out."""
        if not self._candidates[name]:
            return
        filled = set(texts) - {""}
        if filled:
            self._seen.add(name)
        self._candidates[name] = [
            kind
            for kind in self._candidates[name]
            if all(_READERS[kind](text) is not None for text in filled)
        ]

    def types(self) -> dict[str, str]:
        """The type of each column."""
        return {
            name: kinds[0] if kinds and name in self._seen else Type.TEXT
            for name, kinds in self._candidates.items()
        }


def _number(text: str) -> Json:
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def _boolean(text: str) -> Json:
    word = text.casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def _date(text: str) -> Json:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def _itself(text: str) -> Json:
    return text


_READERS: Mapping[Type, Callable[[str], Json]] = {
    Type.TEXT: _itself,
    Type.NUMBER: _number,
    Type.BOOLEAN: _boolean,
    Type.DATE: _date,
}
