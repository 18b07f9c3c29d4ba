"""A folder of exports: what each file is, in which order they come in, and whose ids they use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from teichaku.core.errors import InvalidInput
from teichaku.core.settings import setting_read
from teichaku.intake.collapse import Unions
from teichaku.intake.export_day import export_day
from teichaku.intake.fields import IMPORT_ORDER
from teichaku.intake.guess import Guess, guess_table, with_system
from teichaku.intake.guess_values import SCANNED
from teichaku.intake.limits import max_file_mb
from teichaku.intake.mapping import DEFAULT_SYSTEM, FileMap
from teichaku.intake.mappings import mapping_saved
from teichaku.intake.tables import Table, table_open

# By kind of file: the fields that name records of another kind.
_REFERENCES: Mapping[str, Mapping[str, str]] = {
    "events": {"lead": "leads"},
    "deals": {"lead": "leads"},
    "stages": {"deal": "deals"},
    "activities": {"deal": "deals", "lead": "leads"},
}
SHARED_IDS = 0.2  # of the references looked at have to be found for two systems to be one
LOOKED_AT = 200


@dataclass(frozen=True)
class FileGuess:
    """One file of the folder; ``confirmed`` when its maps were saved before."""

    path: Path
    guess: Guess
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One import: a file read by one map."""

    path: Path
    file_map: FileMap
    certain: bool


@dataclass(frozen=True)
class FolderGuess:
    """What a folder holds. ``refused`` are files that cannot be read, with the reason."""

    files: tuple[FileGuess, ...]
    others: tuple[FileGuess, ...]
    refused: tuple[tuple[Path, str], ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The imports in the order in which nothing is missing."""
        found = [
            Step(file.path, file_map, file.confirmed or file.guess.certain)
            for file in self.files
            for file_map in file.guess.file_maps
        ]
        return tuple(sorted(found, key=lambda s: (IMPORT_ORDER.index(s.file_map.entity), s.path)))

    @property
    def entities(self) -> frozenset[str]:
        """The kinds of record that the folder holds."""
        return frozenset(step.file_map.entity for step in self.steps)


def guess_folder(
    paths: Iterable[Path], *, people: Collection[str] = (), sheet: str | None = None
) -> FolderGuess:
    """What each of the files is. Maps saved for the same columns go before guesses.

    The names in users files help to tell owners by surname; files whose ids other files refer to
    become one system with them. ``sheet`` names the one to read of workbooks.
    """
    limit = setting_read(max_file_mb)
    tables: dict[Path, Table] = {}
    refused: list[tuple[Path, str]] = []
    for path in sorted(paths):
        try:
            tables[path] = table_open(path, sheet=sheet, max_mb=limit)
        except InvalidInput as error:
            refused.append((path, str(error)))
    first = {path: _guess(table, people) for path, table in tables.items()}
    names = {*people, *_names_of_people(first, tables)}
    guesses = first
    if names > set(people):
        guesses = {path: _guess(table, names) for path, table in tables.items()}
    files = [guess for guess in guesses.values() if guess.guess.file_maps]
    others = tuple(guess for guess in guesses.values() if not guess.guess.file_maps)
    return FolderGuess(tuple(_systems_joined(files, tables)), others, tuple(refused))


def _guess(table: Table, people: Collection[str]) -> FileGuess:
    day = export_day(table.path).isoformat()
    guess = guess_table(table, file_name=table.path.stem, people=people, counted_on=day)
    saved = mapping_saved(table.header)
    if not saved:
        return FileGuess(table.path, replace(guess, notes=(*guess.notes, *table.notes)))
    maps = tuple(saved)
    return FileGuess(table.path, replace(guess, file_maps=maps, needs=(), confidence=1.0), True)


def _names_of_people(guesses: Mapping[Path, FileGuess], tables: Mapping[Path, Table]) -> set[str]:
    names: set[str] = set()
    for path, file in guesses.items():
        for file_map in file.guess.file_maps:
            if file_map.entity == "users" and "name" in file_map.columns:
                texts = _texts(tables[path], [file_map.columns["name"]])
                names.update(text for (text,) in texts)
    return names - {""}


def _systems_joined(files: Sequence[FileGuess], tables: Mapping[Path, Table]) -> list[FileGuess]:
    """The files with the names of their systems: one where references resolve across tools."""
    systems = sorted({m.system for file in files for m in file.guess.file_maps})
    if len(systems) < 2:
        return list(files)
    unions: Unions[str] = Unions()
    known = _ids_by_kind(files, tables)
    for file in files:
        for file_map in file.guess.file_maps:
            for field, kind in _REFERENCES.get(file_map.entity, {}).items():
                other = _system_with(file, file_map, field, known.get(kind, {}), tables)
                if other is not None:
                    unions.join(file_map.system, other)
    # A tool's name says more than the default one.
    named: dict[str, str] = {}
    for system in sorted(systems, key=lambda name: (name == DEFAULT_SYSTEM, name)):
        named.setdefault(unions.find(system), system)
    return [
        file
        if file.confirmed
        else replace(
            file, guess=with_system(file.guess, named[unions.find(_system_of(file.guess))])
        )
        for file in files
    ]


def _system_of(guess: Guess) -> str:
    return guess.file_maps[0].system


def _ids_by_kind(
    files: Sequence[FileGuess], tables: Mapping[Path, Table]
) -> dict[str, dict[str, set[str]]]:
    """By kind and system, the ids that its files give to records."""
    known: dict[str, dict[str, set[str]]] = {}
    for file in files:
        for file_map in file.guess.file_maps:
            if file_map.entity in ("leads", "deals") and "external_id" in file_map.columns:
                ids = known.setdefault(file_map.entity, {}).setdefault(file_map.system, set())
                texts = _texts(tables[file.path], [file_map.columns["external_id"]])
                ids.update(text for (text,) in texts)
    return known


def _system_with(
    file: FileGuess,
    file_map: FileMap,
    field: str,
    known: Mapping[str, set[str]],
    tables: Mapping[Path, Table],
) -> str | None:
    """The other system in which references of the file are found, if its own has them not."""
    if field not in file_map.columns:
        return None
    texts = _texts(tables[file.path], [file_map.columns[field]])
    wanted = sorted({text for (text,) in texts} - {""})
    wanted = wanted[:: max(1, len(wanted) // LOOKED_AT)]
    if not wanted:
        return None
    shares = {
        system: sum(text in ids for text in wanted) / len(wanted) for system, ids in known.items()
    }
    if shares.get(file_map.system, 0.0) >= SHARED_IDS:
        return None
    best = max(shares, key=lambda system: (shares[system], system), default=None)
    return best if best is not None and shares[best] >= SHARED_IDS else None


def _texts(table: Table, fields: Sequence[Sequence[str]]) -> Iterable[tuple[str, ...]]:
    """The texts of some fields in the rows looked at."""
    places = [[table.header.index(name) for name in columns] for columns in fields]
    seen = 0
    for records in table.records(5_000):
        for row in records.cells:
            yield tuple(
                " ".join(filter(None, (row[place].strip() for place in one))) for one in places
            )
        seen += len(records.cells)
        if seen >= SCANNED:
            return
