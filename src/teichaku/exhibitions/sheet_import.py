"""A sheet brought in: as a trial that leaves nothing behind, or as a job that goes on if broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import tzinfo
from typing import cast

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.canonical import Json
from teichaku.core.errors import InvalidInput
from teichaku.core.settings import setting_read
from teichaku.exhibitions.follow_up_plan import follow_up_plan
from teichaku.exhibitions.guest_table import GuestTable, guest_table
from teichaku.exhibitions.guests import Written, guests_write
from teichaku.exhibitions.models import Sheet
from teichaku.intake.limits import MEGABYTE, max_file_mb
from teichaku.intake.mapping import FileMap
from teichaku.intake.models import ImportRun, Upload
from teichaku.intake.services import import_file
from teichaku.intake.tables import table_open
from teichaku.intake.upload_jobs import actor_of, upload_steps
from teichaku.intake.uploads import file_path, upload_begin, upload_finish
from teichaku.rulebook.selectors import zone_in_force

KIND = "exhibitions.bring_in"
MOST_BYTES = 2 * MEGABYTE  # while it is tried, nobody else can write
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """What a sheet brought, or would bring; ``twice``: rows about somebody who stands above."""

    rows: int
    colleagues: int
    rejected: int
    people: int
    twice: int
    new: int
    known: int
    again: int
    by_fit: int
    groups: Mapping[str, int]
    ranks: Mapping[str, int]

    def as_json(self) -> dict[str, Json]:
        """The counts as plain JSON."""
        return asdict(self)


def sheet_trial(sheet: Sheet, *, actor: Actor) -> SheetCounts | None:
    """What the sheet would bring, done for real and taken back; None where it is too large."""
    if sheet.upload.files.get().size > MOST_BYTES:
        return None
    with transaction.atomic():
        counts = sheet_write(sheet=sheet, actor=actor)
        transaction.set_rollback(True)
    return counts


def sheet_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the sheet of the upload is brought in. One that broke off goes on."""
    sheet = Sheet.objects.select_related("upload", "exhibition__campaign").get(
        upload=cast(int, payload["upload"])
    )
    upload = sheet.upload
    if upload.finished_at is not None:
        return
    upload_begin(upload=upload)
    actor = actor_of(upload)
    with translation.override(upload.language):
        message = ""
        try:
            counts = sheet_write(sheet=sheet, actor=actor, progress=_telling(upload))
        except (InvalidInput, OSError) as error:
            message = str(error)
        else:
            Sheet.objects.filter(pk=sheet.pk).update(counts=counts.as_json())
            follow_up_plan(exhibition=sheet.exhibition, actor=actor)
        upload_finish(upload=upload, message=message)


def sheet_write(
    *, sheet: Sheet, actor: Actor, progress: Progress = lambda rows: None
) -> SheetCounts:
    """What the sheet brought: leads through the ordinary import, then its people as visitors."""
    zone = zone_in_force()
    done: SheetCounts | None = None
    for file, file_map in upload_steps(sheet.upload):
        table = table_open(file_path(file), max_mb=setting_read(max_file_mb))
        guests = guest_table(table, file_map)
        run = _run(sheet.upload, guests, file_map, zone, actor, progress)
        if file_map.entity == "leads":
            found = guests_write(
                sheet=sheet, run=run, table=guests, file_map=file_map, zone=zone, actor=actor
            )
            done = _counts(run, found, guests)
    if done is None:
        raise InvalidInput(_("The sheet names nobody. Say which columns hold name and address."))
    return done


def _run(
    upload: Upload, table: GuestTable, file_map: FileMap, zone: tzinfo, actor: Actor,
    progress: Progress,
) -> ImportRun:  # fmt: skip
    """The finished import of that kind of record: the one of before, or one made now."""
    with suppress(ImportRun.DoesNotExist):
        return upload.runs.get(entity=file_map.entity, finished_at__isnull=False)
    import_file(
        entity=file_map.entity, path=table.path, table=table, file_map=file_map, zone=zone,
        actor=actor, upload=upload, progress=progress,
    )  # fmt: skip
    return upload.runs.get(entity=file_map.entity)


def _counts(run: ImportRun, found: Written, table: GuestTable) -> SheetCounts:
    colleagues = table.colleagues_count()
    read, rejected = run.counts["read"], run.counts["rejected"]
    return SheetCounts(
        rows=read + colleagues, colleagues=colleagues, rejected=rejected, people=found.people,
        twice=read - rejected - found.people, new=found.new, known=found.people - found.new,
        again=found.again, by_fit=found.by_fit, groups=dict(found.groups), ranks=dict(found.ranks),
    )  # fmt: skip


def _telling(upload: Upload) -> Progress:
    def tell(rows: int) -> None:
        Upload.objects.filter(pk=upload.pk).update(rows_done=rows)

    return tell
