"""A map on its way: what was found out about one kind of record in a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from teichaku.intake.fields import ATTRIBUTE, ENTITIES, FieldType
from teichaku.intake.guess_columns import Fit
from teichaku.intake.guess_values import Column, Sample, ambiguous_dates
from teichaku.intake.guess_words import stage_of
from teichaku.intake.header_keys import header_scale
from teichaku.intake.header_words import DELETED_WORDS
from teichaku.intake.mapping import DEFAULT_SYSTEM, FileMap

_FALSE_WORDS = ("false", "0", "no", "")
_DATES = (FieldType.INSTANT, FieldType.DAY)
_NUMBERS = (FieldType.AMOUNT, FieldType.INTEGER, FieldType.NUMBER)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a column goes where it goes. ``field`` is blank for one that is left out."""

    column: str
    entity: str
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a person has to confirm. Nothing is brought in by guess while a ``stops`` is open."""

    code: str
    text: str
    stops: bool = False


@dataclass
class Draft:
    """The map of one kind of record, growing."""

    entity: str
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    filled: tuple[str, ...] = ()
    only: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    scale: dict[str, int] = field(default_factory=dict)
    timezone: str | None = None
    continued_by: str | None = None
    carried: tuple[str, ...] = ()
    reasons: list[Reason] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)

    def put(self, name: str, columns: tuple[Column, ...], why: str) -> None:
        """Nothing; the columns fill the field, read as their cells are written."""
        self.columns[name] = tuple(column.name for column in columns)
        for column in columns:
            self.reasons.append(Reason(column.name, self.entity, name, why))
        kind = ENTITIES[self.entity].type_of(name)
        if kind in _DATES:
            self._ask_for_order(name, columns[0])
        if kind in _NUMBERS and header_scale(columns[0].name) > 1:
            self.scale[name] = header_scale(columns[0].name)

    def need(self, code: str, text: str, *, stops: bool = False) -> None:
        """Nothing; a person will be asked."""
        self.needs.append(Need(code, text, stops))

    def stages_named(self, sample: Sample, column: Column) -> None:
        """Nothing; words that say won or lost are read so."""
        known = {text: stage_of(text) for text in sample.words.get(column.name, [])}
        meant = {text: kind for text, kind in known.items() if kind and kind != text}
        if meant:
            self.values["stage"] = meant

    def left_out_deleted(self, sample: Sample) -> None:
        """Nothing; rows that the tool itself calls deleted stay out."""
        for column in sample.columns:
            if column.key in DELETED_WORDS.split():
                words = sample.words.get(column.name, [])
                false = tuple(text for text in words if text.casefold() in _FALSE_WORDS)
                if false:
                    self.where[column.name] = (*false, "")

    def file_map(self, system: str = DEFAULT_SYSTEM) -> FileMap:
        """The finished map."""
        return FileMap.model_validate(
            {
                "entity": self.entity,
                "columns": self.columns,
                "constants": self.constants,
                "values": self.values,
                "where": self.where,
                "filled": self.filled,
                "only": self.only,
                "scale": self.scale,
                "timezone": self.timezone,
                "continued_by": self.continued_by,
                "carried": self.carried,
                "system": system,
            }
        )

    @property
    def complete(self) -> bool:
        """Whether all is there without which the kind of record cannot be brought in."""
        kind = ENTITIES[self.entity]
        given = self.columns.keys() | self.constants.keys()
        return given >= set(kind.required) and (not kind.any_of or bool(given & set(kind.any_of)))

    def _ask_for_order(self, name: str, column: Column) -> None:
        short = ambiguous_dates(column)
        if short:
            text = _(
                "%(column)s holds dates such as %(example)s, in which day and month cannot be"
                " told apart. Write which it is under dates: %(field)s: '%%m/%%d/%%y' or"
                " '%%d/%%m/%%y'."
            )
            said = text % {"column": column.name, "example": min(short), "field": name}
            self.need("ambiguous_dates", said, stops=True)


def draft_of(fit: Fit, sample: Sample) -> Draft:
    """The fields that were found, each with its reason."""
    draft = Draft(fit.entity)
    for name, match in fit.matches.items():
        draft.put(name, match.columns, _why(match.columns))
    draft.left_out_deleted(sample)
    if any(column.key == "fivetransynced" for column in sample.columns):
        draft.timezone = "UTC"
    return draft


def _why(columns: tuple[Column, ...]) -> str:
    column = columns[0]
    if not column.filled:
        return _("the name says so; the column is blank")
    example = column.filled[0]
    looks = _looks(column)
    if looks:
        return _("the name says so, and the values are %(looks)s") % {"looks": looks}
    return _('the name says so (for example "%(example)s")') % {"example": example[:30]}


def _looks(column: Column) -> str:
    for share, text in (
        (column.emails, _("e-mail addresses")),
        (column.corporate_numbers, _("corporate numbers")),
        (column.dates, _("dates")),
        (column.numbers, _("numbers")),
        (column.phones, _("telephone numbers")),
    ):
        if share >= 0.9:
            return text
    return ""


def attribute_name(header: str, taken: set[str]) -> str:
    """A short name of its own for a column that no field takes."""
    plain = "_".join(header.split()).strip("_")[:60]
    plain = plain.lower() if plain.isascii() else plain
    name, n = plain or "column", 2
    while ATTRIBUTE + name in taken:
        name, n = f"{plain}_{n}", n + 1
    return ATTRIBUTE + name
