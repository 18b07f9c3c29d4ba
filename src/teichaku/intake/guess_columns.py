"""Which column of a sample fills which field of one kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from teichaku.intake.fields import ENTITIES, FieldType
from teichaku.intake.guess_values import Column, Sample
from teichaku.intake.header_words import CARD_DATES, FAIR_DATES, FILE_WORDS, HEADER_WORDS, MARKS

ENOUGH = 0.5  # of the filled cells have to look like what the name says
TELLING, SHARED = 2.0, 0.75
BLANK = 0.5  # a blank column counts so much of a filled one
MARK, MOST_MARKS = 1.0, 3.0
FILE_NAME = 3.0
_JOINED = {"name": ("last_name", "first_name"), "kana": ("last_kana", "first_kana")}
# Two fields that may come from one column.
_SHARED_COLUMNS = {("deals", "lead"): "external_id"}
_OTHERS_DATES = frozenset(f"{CARD_DATES} {FAIR_DATES}".split())


@dataclass(frozen=True, slots=True)
class Match:
    """A field with the columns that fill it, and how much that tells about the kind of file."""

    columns: tuple[Column, ...]
    weight: float
    telling: bool


@dataclass(frozen=True)
class Fit:
    """How well a sample fits one kind of file."""

    entity: str
    matches: Mapping[str, Match]
    refuted: Mapping[str, str] = field(default_factory=dict)  # column: field it is named like
    marks: float = 0.0
    named: bool = False  # whether the file's name speaks of the kind

    @property
    def score(self) -> float:
        """How much speaks for the kind of file."""
        weights = sum(match.weight for match in self.matches.values())
        return weights + self.marks + FILE_NAME * self.named

    def column(self, name: str) -> Column | None:
        """The first column of a field."""
        match = self.matches.get(name)
        return match.columns[0] if match else None

    def telling(self, *names: str) -> int:
        """How many of these fields have a name that only such files use."""
        return sum(name in self.matches and self.matches[name].telling for name in names)


def fit_to(entity: str, sample: Sample, file_name: str = "") -> Fit:
    """The fields of the kind that columns of the sample are called like, and hold."""
    words = _words(entity)
    taken: dict[str, Column] = {}
    refuted: dict[str, str] = {}
    found: dict[str, Match] = {}
    for name, places in words.items():
        best = _best(entity, name, places, sample, taken, refuted)
        if best is not None:
            column, telling = best
            taken[column.name] = column
            weight = TELLING if telling else SHARED
            weight *= 1 if column.filled else BLANK
            found[name] = Match((column,), weight, telling)
    matches = _names_joined(found)
    known = set(MARKS[entity].split())
    marks = sum(MARK for column in sample.columns if column.key in known)
    used = {column.name for match in matches.values() for column in match.columns}
    return Fit(
        entity,
        matches,
        refuted={name: said for name, said in refuted.items() if name not in used},
        marks=min(marks, MOST_MARKS),
        named=entity == kind_of_file_name(file_name),
    )


def kind_of_file_name(file_name: str) -> str | None:
    """The kind of file that its name speaks of; the longest word found decides."""
    text = file_name.casefold().replace("_", "").replace("-", "").replace(" ", "")
    found = [
        (len(word), entity)
        for entity, words in FILE_WORDS.items()
        for word in words.split()
        if word in text
    ]
    return max(found, default=(0, None))[1]


@cache
def _words(entity: str) -> Mapping[str, Mapping[str, tuple[bool, int]]]:
    """By field: each of its words, whether it tells the kind of file, and its rank."""
    known: dict[str, dict[str, tuple[bool, int]]] = {}
    kind = ENTITIES[entity]
    for name, text in HEADER_WORDS[entity].items():
        if kind.type_of(name) is None and not any(name in parts for parts in _JOINED.values()):
            continue
        telling, _, shared = text.partition("|")
        ranked = [(word, True) for word in telling.split()]
        ranked += [(word, False) for word in shared.split()]
        known[name] = {}
        for rank, (word, tells) in enumerate(ranked):
            known[name].setdefault(word, (tells, rank))
        known[name].setdefault(name.replace("_", ""), (False, len(ranked)))
    return known


def _best(
    entity: str,
    name: str,
    words: Mapping[str, tuple[bool, int]],
    sample: Sample,
    taken: Mapping[str, Column],
    refuted: dict[str, str],
) -> tuple[Column, bool] | None:
    """The column whose name ranks first among those that hold what the field needs."""
    shared = _SHARED_COLUMNS.get((entity, name))
    found: list[tuple[bool, int, int, Column, bool]] = []
    for place, column in enumerate(sample.columns):
        if column.key not in words or (column.name in taken and shared is None):
            continue
        if not holds(entity, name, column):
            refuted.setdefault(column.name, name)
            continue
        tells, rank = words[column.key]
        found.append((not column.filled, rank, place, column, tells))
    if not found:
        return None
    _, _, _, column, tells = min(found, key=lambda one: one[:3])
    return column, tells


def _names_joined(found: dict[str, Match]) -> dict[str, Match]:
    """姓 and 名 become one field; a column with the whole name goes before them."""
    matches = dict(found)
    for name, parts in _JOINED.items():
        pieces = [matches.pop(part) for part in parts if part in matches]
        if name in matches and matches[name].columns[0].filled:
            continue
        if len(pieces) == len(parts):
            columns = _in_order(tuple(piece.columns[0] for piece in pieces))
            weight = sum(piece.weight for piece in pieces)
            matches[name] = Match(columns, weight, any(piece.telling for piece in pieces))
        elif pieces:
            matches[name] = pieces[0]
    return matches


def _in_order(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The family name first where it is Japanese, else as English has it."""
    last = columns[0]
    japanese = last.japanese > ENOUGH or not last.key.isascii()
    return columns if japanese else columns[::-1]


def holds(entity: str, name: str, column: Column) -> bool:
    """Whether the cells can be what the field needs. A blank column refutes nothing."""
    if not column.filled:
        return True
    kind = ENTITIES[entity].type_of(name)
    if kind in (FieldType.INSTANT, FieldType.DAY):
        return column.dates >= ENOUGH
    if kind in (FieldType.AMOUNT, FieldType.INTEGER, FieldType.NUMBER):
        return column.numbers >= ENOUGH
    test = _TESTS.get(f"{entity}.{name}") or _TESTS.get(name)
    return test is None or test(column)


def _is_word(column: Column) -> bool:
    """A few texts that repeat, neither dates nor addresses."""
    few = len(column.distinct) <= max(30, len(column.filled) // 3)
    return few and column.dates < ENOUGH and column.emails < ENOUGH


def _is_text(column: Column) -> bool:
    return column.emails < ENOUGH and column.dates < ENOUGH and column.numbers < ENOUGH


_TESTS: Mapping[str, Callable[[Column], bool]] = {
    "email": lambda column: column.emails >= ENOUGH,
    "phone": lambda column: column.phones >= ENOUGH,
    "domain": lambda column: column.urls >= ENOUGH,
    "corporate_number": lambda column: column.corporate_numbers >= ENOUGH,
    "is_competitor": lambda column: len(column.distinct) <= 2,
    "leads.external_id": lambda column: column.unique >= ENOUGH,
    "companies.external_id": lambda column: column.unique >= ENOUGH,
    "deals.external_id": lambda column: column.unique >= ENOUGH and column.emails < ENOUGH,
    "users.external_id": lambda column: column.unique >= ENOUGH,
    "leads.name": _is_text,
    "companies.name": _is_text,
    "users.name": _is_text,
    "contact": _is_text,
    "stage": _is_word,
    "opt_out": _is_word,
    "deals.kind": _is_word,
    "activities.kind": _is_word,
    "events.type": _is_word,
    "users.team": _is_word,
    "source": _is_word,
    "title": _is_text,
    "department": _is_text,
    "manager": _is_text,
}


def unused(sample: Sample, fits: Mapping[str, Fit]) -> Iterator[Column]:
    """The columns that no field of any of the fits takes."""
    used = {
        column.name
        for fit in fits.values()
        for match in fit.matches.values()
        for column in match.columns
    }
    return (column for column in sample.columns if column.name not in used)
