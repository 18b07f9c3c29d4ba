"""How the files of an upload are read: guessed, shown as a table, confirmed or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.core.settings import setting_read
from teichaku.intake.bases import BASIS_WORDS, basis_check
from teichaku.intake.field_words import KIND_WORDS, field_word
from teichaku.intake.fields import ENTITIES, FieldType
from teichaku.intake.guess import Guess
from teichaku.intake.guess_columns import fit_to
from teichaku.intake.guess_draft import attribute_name, draft_of
from teichaku.intake.guess_folder import FileGuess, guess_folder
from teichaku.intake.guess_owners import full_names
from teichaku.intake.guess_values import Column, ambiguous_dates, sample_take
from teichaku.intake.limits import max_file_mb
from teichaku.intake.mapping import FileMap, mapping_parse, mapping_yaml
from teichaku.intake.mappings import mapping_save
from teichaku.intake.models import Upload, UploadedFile
from teichaku.intake.tables import Table, table_open
from teichaku.intake.uploads import file_path, maps_of, maps_stored, upload_drop

SAMPLES = 3
MOST_SURNAMES = 30
LEAVE_OUT = ""  # of a select
ORDERS = (("", "?"), ("%Y/%m/%d", "2026/11/22"), ("%m/%d/%y", "11/22/26"), ("%d/%m/%y", "22/11/26"))
_DATES = (FieldType.INSTANT, FieldType.DAY)
Answers: TypeAlias = "Mapping[str, str] | None"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the file, what it holds, and the field that it fills."""

    input: str
    name: str
    samples: tuple[str, ...]
    field: str
    others: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    why: str
    order: str = ""  # the input for the order of short dates, where only a person can tell
    order_chosen: str = ""


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """An owner called by surname, and the person that is meant."""

    input: str
    text: str
    chosen: str


@dataclass(frozen=True, slots=True)
class AskedChoice:
    """What is said once for the whole file: a choice, a day, or a text."""

    input: str
    word: str
    kind: Literal["choice", "day", "text"]
    value: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MapChoice:
    """One kind of record in a file, column by column."""

    entity: str
    word: str
    columns: tuple[ColumnChoice, ...]
    owners: tuple[OwnerChoice, ...]
    asked: tuple[AskedChoice, ...]


@dataclass(frozen=True, slots=True)
class FileChoice:
    """A file, what it seems to hold, and how it would be read."""

    file: UploadedFile
    maps: tuple[MapChoice, ...]
    kind_input: str
    kind: str
    kinds: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    needs: tuple[str, ...]
    confirmed: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person did on the page of an upload: drop it, read a file as another kind, confirm."""

    way: Literal["dropped", "read_otherwise", "confirmed"]
    problems: list[str] = field(default_factory=list)


def people_named() -> list[str]:
    """The names of colleagues."""
    return sorted(User.objects.exclude(name="").values_list("name", flat=True))


def upload_guess(upload: Upload) -> None:
    """Nothing; each file has the maps by which it would be read, or the problem with it."""
    files = {file_path(file): file for file in upload.files.all()}
    people = people_named()
    folder = guess_folder(files, people=people)
    for path, why in folder.refused:
        files[path].problem = why
    for found in (*folder.files, *folder.others):
        _note_guess(files[found.path], found)
    with transaction.atomic():
        for file in files.values():
            file.save(update_fields=["maps", "problem", "found"])


def upload_choices(upload: Upload, answers: Answers) -> list[FileChoice]:
    """The files that can be read, each with all its columns."""
    people = people_named()
    files = upload.files.filter(problem="").order_by("position")
    return [_file_choice(file, people, answers) for file in files]


def upload_questions(upload: Upload, answers: Answers = None) -> dict[str, object]:
    """What the page asks about the files, and what it offers as answers.

    ``answers`` are those given so far; with None, what concerns whole files is not asked.
    """
    return {
        "upload": upload,
        "files": upload_choices(upload, answers),
        "refused": upload.files.exclude(problem=""),
        "orders": ORDERS,
        "people": people_named(),
    }


def upload_answered(*, upload: Upload, answers: Mapping[str, str], actor: Actor) -> Answered:
    """What became of the answers; confirmed without problems, the files can be read."""
    if "drop" in answers:
        upload_drop(upload=upload)
        return Answered("dropped")
    if "kind" in answers:
        file_kind_change(upload, answers)
        return Answered("read_otherwise")
    return Answered("confirmed", upload_confirm(upload=upload, answers=answers, actor=actor))


def upload_confirm(*, upload: Upload, answers: Mapping[str, str], actor: Actor) -> list[str]:
    """What is wrong with the answers; without anything the maps are saved for next time."""
    problems: list[str] = []
    wanted: list[tuple[UploadedFile, list[str], list[FileMap]]] = []
    for file in upload.files.order_by("position"):
        if file.problem:
            continue
        table = _table(file)
        try:
            maps = _answered(file, table, answers)
            if maps:
                mapping_parse(mapping_yaml(maps))
            for file_map in maps:
                basis_check(file_map)
        except InvalidInput as error:
            problems.append(f"{file.name}: {error}")
            maps = []
        wanted.append((file, table.header, maps))
    if not problems and not any(maps for _file, _header, maps in wanted):
        problems.append(_("Every file is left out. Say of at least one what it holds."))
    if not problems:
        for file, header, maps in wanted:
            file.maps = maps_stored(maps)
            file.save(update_fields=["maps"])
            if maps:
                # What was said about this file says nothing about the next one.
                lasting = [_without_asked(file_map) for file_map in maps]
                mapping_save(header=header, file_maps=lasting, actor=actor)
    return problems


def file_kind_change(upload: Upload, answers: Mapping[str, str]) -> None:
    """Nothing; the file that is answered for is read as that kind, as far as its columns tell."""
    for file in upload.files.filter(problem=""):
        if str(file.position) == answers["kind"]:
            _read_as(file, answers.get(f"{file.position}-kind", ""))


def _table(file: UploadedFile) -> Table:
    return table_open(file_path(file), max_mb=setting_read(max_file_mb))


def _read_as(file: UploadedFile, kind: str) -> None:
    maps: list[FileMap] = []
    if kind in ENTITIES:
        table = _table(file)
        sample = sample_take(table)
        maps = [draft_of(fit_to(kind, sample, file.name), sample).file_map()]
    file.maps = maps_stored(maps)
    file.found = {"kind": kind}
    file.save(update_fields=["maps", "found"])


def _note_guess(file: UploadedFile, found: FileGuess) -> None:
    guess: Guess = found.guess
    file.maps = maps_stored(guess.file_maps)
    file.found = {
        "kind": guess.entity or "",
        "why": [[r.entity, r.column, r.field, r.why] for r in guess.reasons],
        "needs": [need.text for need in guess.needs],
        "notes": list(guess.notes),
        "confirmed": found.confirmed,
        "sure": found.confirmed or guess.certain,
    }


def _file_choice(file: UploadedFile, people: Sequence[str], answers: Answers) -> FileChoice:
    found = file.found
    table = _table(file)
    columns = sample_take(table).columns
    maps = tuple(_map_choice(file, m, columns, people, answers) for m in maps_of(file))
    kinds = ((LEAVE_OUT, _("leave out")), *((k, str(w)) for k, w in KIND_WORDS.items()))
    return FileChoice(
        file=file,
        maps=maps,
        kind_input=f"{file.position}-kind",
        kind=found.get("kind", ""),
        kinds=kinds,
        notes=tuple(dict.fromkeys([*found.get("notes", ()), *table.notes])),
        needs=tuple(found.get("needs", ())),
        confirmed=bool(found.get("confirmed")),
        sure=bool(found.get("sure")),
    )


def _map_choice(
    file: UploadedFile,
    file_map: FileMap,
    columns: Sequence[Column],
    people: Sequence[str],
    answers: Answers,
) -> MapChoice:
    why = {(e, c): w for e, c, _field, w in file.found.get("why", ())}
    choices = []
    for place, column in enumerate(columns):
        fields = _fields_of(file_map, column.name)
        name = f"{file.position}-{file_map.entity}-{place}"
        field = fields[0] if fields else ""
        short = field and file_map.kind.type_of(field) in _DATES and ambiguous_dates(column)
        choices.append(
            ColumnChoice(
                input=name,
                name=column.name,
                samples=tuple(dict.fromkeys(column.filled))[:SAMPLES],
                field=field,
                others=tuple(map(field_word, fields[1:])),
                options=_options(file_map, column.name, field),
                why=why.get((file_map.entity, column.name), ""),
                order=f"{name}-order" if short else "",
                order_chosen=file_map.dates.get(field, ""),
            )
        )
    owners = _owners(file, file_map, columns, people)
    names = [] if answers is None else _unsaid(file_map)
    asked = tuple(_asked(file, file_map, name, answers or {}) for name in names)
    word = str(KIND_WORDS[file_map.entity])
    return MapChoice(file_map.entity, word, tuple(choices), owners, asked)


def _asked(
    file: UploadedFile, file_map: FileMap, name: str, answers: Mapping[str, str]
) -> AskedChoice:
    key = _asked_input(file, file_map, name)
    value = answers.get(key, file_map.constants.get(name, ""))
    if name == "basis":
        words = tuple((code, str(word)) for code, word in BASIS_WORDS.items())
        return AskedChoice(key, field_word(name), "choice", value, (("", _("choose")), *words))
    kind: Literal["day", "text"] = "day" if file_map.kind.type_of(name) in _DATES else "text"
    return AskedChoice(key, field_word(name), kind, value)


def _asked_input(file: UploadedFile, file_map: FileMap, name: str) -> str:
    return f"{file.position}-{file_map.entity}-{name}"


def _unsaid(file_map: FileMap) -> list[str]:
    """What is asked about the whole file, because no column of it tells."""
    return [name for name in file_map.kind.asked if name not in file_map.columns]


def _without_asked(file_map: FileMap) -> FileMap:
    lasting = {n: v for n, v in file_map.constants.items() if n not in file_map.kind.asked}
    return file_map.model_copy(update={"constants": lasting})


def _owners(
    file: UploadedFile, file_map: FileMap, columns: Sequence[Column], people: Sequence[str]
) -> tuple[OwnerChoice, ...]:
    """Owners that only a person can tell apart."""
    named = file_map.columns.get("owner", ())
    texts = sorted({t for c in columns if c.name in named for t in c.distinct}) if people else []
    known = file_map.values.get("owner", {})
    _values, unclear = full_names([t for t in texts if t not in known], people)
    asked = sorted({*unclear, *known})[:MOST_SURNAMES]
    return tuple(
        OwnerChoice(f"{file.position}-{file_map.entity}-owner-{place}", t, known.get(t, ""))
        for place, t in enumerate(asked)
    )


def _options(file_map: FileMap, column: str, chosen: str) -> tuple[tuple[str, str], ...]:
    own = chosen if chosen.startswith("attribute.") else attribute_name(column, set())
    names = [*file_map.kind.fields, own]
    return ((LEAVE_OUT, _("leave out")), *((name, field_word(name)) for name in names))


def _fields_of(file_map: FileMap, column: str) -> list[str]:
    return [name for name, columns in file_map.columns.items() if column in columns]


def _answered(file: UploadedFile, table: Table, answers: Mapping[str, str]) -> list[FileMap]:
    if not answers.get(f"{file.position}-kind", file.found.get("kind", "")):
        return []
    sample = sample_take(table)
    people = people_named()
    return [_map_answered(file, m, sample.columns, people, answers) for m in maps_of(file)]


def _map_answered(
    file: UploadedFile,
    file_map: FileMap,
    columns: Sequence[Column],
    people: Sequence[str],
    answers: Mapping[str, str],
) -> FileMap:
    fields = {name: list(some) for name, some in file_map.columns.items()}
    dates = dict(file_map.dates)
    for place, column in enumerate(columns):
        name = f"{file.position}-{file_map.entity}-{place}"
        before = _fields_of(file_map, column.name)
        wanted = answers.get(name, before[0] if before else "")
        if wanted != (before[0] if before else ""):
            for field in before:
                fields[field].remove(column.name)
            if wanted:
                fields.setdefault(wanted, []).append(column.name)
        if order := answers.get(f"{name}-order"):
            dates[wanted] = order
    values = {name: dict(some) for name, some in file_map.values.items()}
    for owner in _owners(file, file_map, columns, people):
        if meant := answers.get(owner.input, owner.chosen):
            values.setdefault("owner", {})[owner.text] = meant
        else:
            values.get("owner", {}).pop(owner.text, None)
    changed = _changed(file_map, {n: c for n, c in fields.items() if c}, values, dates)
    constants = {n: v for n, v in changed.constants.items() if n not in changed.kind.asked}
    for name in _unsaid(changed):
        known = changed.constants.get(name, "")
        if told := answers.get(_asked_input(file, changed, name), known).strip():
            constants[name] = told
    return changed.model_copy(update={"constants": constants})


def _changed(
    file_map: FileMap,
    columns: Mapping[str, Sequence[str]],
    values: Mapping[str, Mapping[str, str]],
    dates: Mapping[str, str],
) -> FileMap:
    """The map with other columns; what was said about fields that it has no more is gone."""
    said = file_map.model_dump(exclude_defaults=True)
    given = columns.keys() | file_map.constants.keys()
    said["columns"] = dict(columns)
    said["values"] = {name: v for name, v in values.items() if name in given and v}
    said["dates"] = {name: d for name, d in dates.items() if name in given}
    said["scale"] = {name: n for name, n in file_map.scale.items() if name in given}
    said["only"] = {
        name: others
        for name, others in file_map.only.items()
        if name in given and others.keys() <= given
    }
    return FileMap.model_validate(said)
