"""How files are read, as a person confirmed it on a page, handed to the diagnosis of a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from teichaku.core.actors import Actor
from teichaku.intake.mapping import FileMap
from teichaku.intake.mappings import mapping_save
from teichaku.intake.tables import table_open
from teichaku.intake.uploads import maps_stored


def confirmed_maps_write(path: Path, maps: Mapping[str, Sequence[FileMap]]) -> None:
    """Nothing; the file at the path tells by which maps each file is read."""
    said = {name: maps_stored(some) for name, some in maps.items()}
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def confirmed_maps_save(folder: Path, path: Path, *, actor: Actor) -> None:
    """Nothing; the maps are those saved for the columns of the folder's files."""
    for name, some in json.loads(path.read_text(encoding="utf-8")).items():
        file_maps = [FileMap.model_validate(said) for said in some]
        mapping_save(header=table_open(folder / name).header, file_maps=file_maps, actor=actor)
