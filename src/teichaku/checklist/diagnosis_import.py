"""A folder of exports brought into the database at hand, each file as what it seems to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.intake.field_words import KIND_WORDS
from teichaku.intake.guess_folder import FileGuess, Step, guess_folder
from teichaku.intake.services import import_file
from teichaku.rulebook.selectors import zone_in_force

READ = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".ods"})
LEAST_CONFIDENCE = 0.5  # a guess below it would tell more about us than about the company


@dataclass(frozen=True, slots=True)
class Source:
    """What was read of a file as one kind of record; ``kind`` is '' where nothing was.

    ``note`` says why nothing was read, ``needs`` what a person has to confirm.
    """

    file: str
    kind: str
    read: int
    rejected: int
    note: str = ""
    needs: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The kind and the numbers of rows."""
        if not self.kind:
            return _("not used")
        said = f"{KIND_WORDS[self.kind]} {self.read:,}"
        if self.rejected:
            said += _(", ") + _("put aside %(n)s") % {"n": f"{self.rejected:,}"}
        return said

    def line(self) -> str:
        """One line for a terminal."""
        if not self.kind:
            return (
                _("%(file)s: not used. %(why)s") % {"file": self.file, "why": self.note}
            ).rstrip()
        return f"{self.file}: {self.said}"


def folder_files(folder: Path) -> list[Path]:
    """The files of the folder that can hold tables, by name; without any ``InvalidInput``."""
    found = sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in READ and not path.name.startswith((".", "~$"))
    )
    if not found:
        raise InvalidInput(
            _(
                "The folder %(folder)s holds no CSV, TSV or Excel file. Put the exports of your"
                " MA and SFA tools into it; a list of leads and a list of deals are enough."
            )
            % {"folder": folder}
        )
    return found


def folder_import(
    paths: Sequence[Path],
    *,
    actor: Actor,
    hide_names: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> tuple[Source, ...]:
    """What became of each file; if none could be used at all, ``InvalidInput`` says why."""
    run = _Run(paths, actor, progress, hide_names=hide_names)
    folder = guess_folder(paths)
    for path, why in folder.refused:
        run.leave_out(path, why)
    for file in folder.others:
        run.leave_out(file.path, _("No kind of record was recognised in its columns."))
    usable = {file.path for file in folder.files if not _doubts(file)}
    for file in folder.files:
        run.ask(file.path, [need.text for need in file.guess.needs if not need.stops])
        if file.path not in usable:
            run.leave_out(file.path, _doubts(file))
    for step in folder.steps:
        if step.path in usable:
            run.bring_in(step)
    if not any(source.kind for source in run.sources):
        why = " ".join(source.line() for source in run.sources)
        raise InvalidInput(_("No file in the folder could be used. %(why)s") % {"why": why})
    return tuple(run.sources)


def _doubts(file: FileGuess) -> str:
    """Why the file is not brought in as it is guessed; '' when it can be."""
    stops = [need.text for need in file.guess.needs if need.stops]
    if file.confirmed or (file.guess.confidence >= LEAST_CONFIDENCE and not stops):
        return ""
    return " ".join(stops) or _(
        "It may hold %(kind)s, but that is not sure enough. Say which column is which in a mapping"
        " file."
    ) % {"kind": KIND_WORDS[file.guess.file_maps[0].entity]}


class _Run:
    """The imports of one folder, and what became of each."""

    def __init__(
        self,
        paths: Sequence[Path],
        actor: Actor,
        progress: Callable[[int], None],
        *,
        hide_names: bool,
    ) -> None:
        self.sources: list[Source] = []
        self._actor, self._progress, self._hide = actor, progress, hide_names
        self._numbers = {path: number for number, path in enumerate(paths, start=1)}
        self._done = 0
        self._needs: dict[Path, tuple[str, ...]] = {}

    def ask(self, path: Path, needs: Sequence[str]) -> None:
        """Nothing; the needs stand with the first that is told of the file."""
        self._needs[path] = tuple(needs)

    def bring_in(self, step: Step) -> None:
        """Nothing; the step's rows are in the database, or it is said why not."""
        entity, done = step.file_map.entity, self._done
        try:
            report = import_file(
                entity=entity,
                path=step.path,
                actor=self._actor,
                file_map=step.file_map,
                zone=zone_in_force(),
                progress=lambda rows: self._progress(done + rows),
            )
        except InvalidInput as error:
            self.leave_out(step.path, str(error))
            return
        self._done += report.read
        self._tell(step.path, entity, report.read, report.rejected)

    def leave_out(self, path: Path, why: str) -> None:
        """Nothing; the file stays out. Reasons may repeat what a cell says, so they hide too."""
        self._tell(path, "", 0, 0, why)

    def _tell(self, path: Path, kind: str, read: int, rejected: int, why: str = "") -> None:
        needs = self._needs.pop(path, ())
        if self._hide:
            why, needs = "", ()
        self.sources.append(Source(self._name(path), kind, read, rejected, why, needs))

    def _name(self, path: Path) -> str:
        if not self._hide:
            return path.name
        return _("File %(n)s") % {"n": self._numbers[path]} + path.suffix
