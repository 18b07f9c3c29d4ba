"""The sorted, immutable base on disk: uncompressed Arrow that all processes map into memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from teichaku.engine.columns import Columns
from teichaku.engine.program import Signature

EVENTS, LEADS, ATTRIBUTES, SIGNATURES = "events", "leads", "attributes", "signatures.json"


def base_write(folder: Path, columns: Columns) -> None:
    """Writes the columns as a base; the folder must be new."""
    folder.mkdir(parents=True)
    _write(folder, EVENTS, pa.table({"at": columns.at, "sig": columns.sig}))
    leads = {"id": columns.lead_ids, "created": columns.created, "first": columns.offsets[:-1]}
    _write(folder, LEADS, pa.table(leads))
    _write(folder, ATTRIBUTES, columns.attributes)
    (folder / SIGNATURES).write_text(
        json.dumps(columns.signatures, ensure_ascii=False), encoding="utf-8"
    )


def base_read(folder: Path) -> Columns:
    """The columns of a base; arrays are views of the mapped files."""
    events, leads = _read(folder, EVENTS), _read(folder, LEADS)
    shapes = json.loads((folder / SIGNATURES).read_text(encoding="utf-8"))
    return Columns(
        lead_ids=_array(leads, "id"),
        created=_array(leads, "created"),
        offsets=np.append(_array(leads, "first"), np.int64(events.num_rows)),
        at=_array(events, "at"),
        sig=_array(events, "sig"),
        signatures=tuple(Signature(*shape) for shape in shapes),
        attributes=_read(folder, ATTRIBUTES),
    )


def _write(folder: Path, name: str, table: pa.Table) -> None:
    whole = table.combine_chunks()
    path = str(folder / f"{name}.arrow")
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole, max_chunksize=max(whole.num_rows, 1))


def _read(folder: Path, name: str) -> pa.Table:
    with pa.memory_map(str(folder / f"{name}.arrow"), "r") as source:
        return pa.ipc.open_file(source).read_all()


def _array(table: pa.Table, name: str) -> npt.NDArray[Any]:
    column = table.column(name)
    found: npt.NDArray[Any] = (
        column.chunk(0).to_numpy(zero_copy_only=True)
        if column.num_chunks == 1
        else column.to_numpy()  # a base without events has no chunk at all
    )
    return found
