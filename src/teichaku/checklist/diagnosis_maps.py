"""A mapping file for a folder: which of its documents are for which of the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.core.settings import setting_read
from teichaku.intake.guess_folder import FileGuess, guess_folder
from teichaku.intake.limits import max_file_mb
from teichaku.intake.mapping import FileMap, mapping_parse
from teichaku.intake.mappings import mapping_columns, mapping_save
from teichaku.intake.tables import table_open

Headers = Mapping[Path, Sequence[str]]


def folder_maps_save(paths: Sequence[Path], text: str, *, actor: Actor) -> None:
    """Nothing; the documents are saved for the columns of the files that they are for.

    A document is for the files that have all its columns: those that seem to hold its kind of
    record, else those that nobody is sure about, else all. For none, ``InvalidInput``.
    """
    folder = guess_folder(paths)
    files = [*folder.files, *folder.others]
    limit = setting_read(max_file_mb)
    headers = {file.path: table_open(file.path, max_mb=limit).header for file in files}
    found: dict[Path, list[FileMap]] = {}
    for file_map in mapping_parse(text):
        for file in _files_for(file_map, files, headers):
            found.setdefault(file.path, []).append(file_map)
    for path, file_maps in found.items():
        mapping_save(header=headers[path], file_maps=file_maps, actor=actor)


def _files_for(
    file_map: FileMap, files: Sequence[FileGuess], headers: Headers
) -> Sequence[FileGuess]:
    columns = mapping_columns(file_map)
    fitting = [file for file in files if columns <= set(map(str.strip, headers[file.path]))]
    if not fitting:
        raise InvalidInput(
            _(
                "The mapping file has a document for %(entity)s, but no file of the folder has all"
                " its columns: %(columns)s. Correct their names."
            )
            % {"entity": file_map.entity, "columns": ", ".join(sorted(columns))}
        )
    alike = [f for f in fitting if file_map.entity in {m.entity for m in f.guess.file_maps}]
    return alike or [f for f in fitting if not f.guess.certain] or fitting
