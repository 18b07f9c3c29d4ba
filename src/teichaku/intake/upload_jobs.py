"""Uploads brought in and imports taken back, as jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import cast

from django.utils import translation

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import ActedRow
from teichaku.intake.fields import IMPORT_ORDER
from teichaku.intake.mapping import FileMap
from teichaku.intake.models import ImportRun, Upload, UploadedFile
from teichaku.intake.quarantine_sweep import quarantine_sweep
from teichaku.intake.services import import_file
from teichaku.intake.undo import UNDO_DAYS, import_undo, undo_forget
from teichaku.intake.uploads import (
    file_path,
    maps_of,
    sweep_before,
    upload_begin,
    upload_finish,
    uploads_sweep,
)

EVERY_S = 0.5
Steps = list[tuple[UploadedFile, FileMap]]


def actor_of(row: ActedRow) -> Actor:
    """Who handed it in, as the one who now acts."""
    return Actor(kind="import", name=row.actor_name, user_id=row.actor_user_id)


def upload_steps(upload: Upload) -> Steps:
    """The imports of the upload, in the order in which nothing is missing."""
    steps = [
        (file, file_map) for file in upload.files.order_by("position") for file_map in maps_of(file)
    ]
    return sorted(steps, key=lambda s: (IMPORT_ORDER.index(s[1].entity), s[0].position))


def upload_import(payload: Mapping[str, Json]) -> None:
    """Nothing; the files of the upload are brought in. One that broke off goes on."""
    upload = Upload.objects.get(pk=cast(int, payload["upload"]))
    if upload.finished_at is not None:
        return
    upload_begin(upload=upload)
    with translation.override(upload.language):
        problems = _bring_in(upload)
        upload_finish(upload=upload, message="\n".join(problems))


def run_undo(payload: Mapping[str, Json]) -> None:
    """Nothing; the import is taken back. One that broke off goes on."""
    run = ImportRun.objects.get(pk=cast(int, payload["run"]))
    actor = Actor(
        kind="human", name=str(payload["name"]), user_id=cast("int | None", payload["user"])
    )
    with suppress(Conflict):  # asked for twice, or too late by now: the page tells
        import_undo(run=run, actor=actor)


def intake_sweep(payload: Mapping[str, Json]) -> None:
    """Nothing; files that nobody confirmed and notes of old imports are gone."""
    uploads_sweep(before=sweep_before())
    quarantine_sweep()
    undo_forget(before=clock.now() - timedelta(days=UNDO_DAYS + 1))


def _bring_in(upload: Upload) -> list[str]:
    problems: list[str] = []
    done = 0
    for file, file_map in upload_steps(upload):
        finished = upload.runs.filter(
            entity=file_map.entity, file_name=file.name, finished_at__isnull=False
        )
        if finished.exists():
            continue
        try:
            report = import_file(
                entity=file_map.entity,
                path=file_path(file),
                actor=actor_of(upload),
                file_map=file_map,
                progress=_telling(upload, done),
                upload=upload,
            )
        except (InvalidInput, OSError) as error:
            problems.append(f"{file.name}: {error}")
            continue
        done += report.read
        Upload.objects.filter(pk=upload.pk).update(rows_done=done)
    return problems


def _telling(upload: Upload, done: int) -> Callable[[int], None]:
    """What notes the rows done so far, no more often than somebody looks."""
    last = 0.0

    def tell(rows: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_S:
            last = time.monotonic()
            Upload.objects.filter(pk=upload.pk).update(rows_done=done + rows)

    return tell
