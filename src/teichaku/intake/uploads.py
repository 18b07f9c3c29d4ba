"""Files handed in on a page: kept aside where nobody else can read them, read, and thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile as Sent
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import job_enqueue
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.settings import setting_read
from teichaku.intake.limits import MEGABYTE, max_file_mb
from teichaku.intake.mapping import FileMap
from teichaku.intake.models import Upload, UploadedFile

MOST_FILES = 30
KEPT_HOURS = 24
SentFile: TypeAlias = "Sent[Any]"
PRIVATE = 0o700


def spool(upload: Upload) -> Path:
    """The folder of the upload's files."""
    return Path(settings.STATE_DIR) / "uploads" / str(upload.uid)


def file_path(file: UploadedFile) -> Path:
    """Where the file is kept: under its own name, which kinds of file are told by."""
    return spool(file.upload) / str(file.position) / Path(file.name).name


def maps_of(file: UploadedFile) -> list[FileMap]:
    """How the file is read, as far as it was guessed or confirmed."""
    return [FileMap.model_validate(said) for said in file.maps]


def maps_stored(maps: Sequence[FileMap]) -> list[object]:
    """The maps as a file's row keeps them."""
    return [file_map.model_dump(mode="json", exclude_defaults=True) for file_map in maps]


def upload_create(
    *,
    purpose: str,
    files: Sequence[SentFile],
    actor: Actor,
    options: dict[str, object] | None = None,
) -> Upload:
    """The upload with its files kept aside; too many or too large ones raise ``InvalidInput``."""
    _check(files)
    with transaction.atomic():
        upload = Upload.objects.create(
            purpose=purpose,
            at=clock.now(),
            language=get_language() or settings.LANGUAGE_CODE,
            options=options or {},
            **actor_columns(actor),
        )
        for position, sent in enumerate(files):
            _keep(upload, position, sent)
        audit_record(
            actor=actor,
            action="intake.files_uploaded",
            object_type="intake.upload",
            object_id=upload.pk,
            count=len(files),
        )
        outbox_emit(topic="intake.uploaded", payload={"upload": upload.pk})
    return upload


def upload_start(*, upload: Upload, kind: str) -> None:
    """Nothing; a job of that kind is due for the upload. Once started, ``Conflict``."""
    with transaction.atomic():
        waiting = Upload.objects.filter(pk=upload.pk, state=Upload.State.CHOOSING)
        if not waiting.update(state=Upload.State.WAITING):
            raise Conflict(_("These files are being read already."))
        job_enqueue(kind=kind, key=f"upload {upload.pk}", payload={"upload": upload.pk})


def upload_begin(*, upload: Upload) -> None:
    """Nothing; the upload is being read."""
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.RUNNING)
    upload.state = Upload.State.RUNNING


def upload_finish(*, upload: Upload, message: str = "") -> None:
    """Nothing; the upload is read, or ``message`` says why not. Its files are gone."""
    upload.state = Upload.State.FAILED if message else Upload.State.DONE
    upload.message, upload.finished_at = message, clock.now()
    upload.save(update_fields=["state", "message", "finished_at"])
    files_remove(upload)


def upload_drop(*, upload: Upload) -> None:
    """Nothing; the upload is given up, its files are gone."""
    upload_finish(upload=upload, message=_("These files were not brought in."))


def result_drop(upload: Upload) -> None:
    """Nothing; what was made of a finished upload is gone."""
    if upload.finished_at is not None:
        shutil.rmtree(spool(upload), ignore_errors=True)


def files_remove(upload: Upload) -> None:
    """Nothing; the files that were handed in are gone. What was made of them is not."""
    for file in upload.files.all():
        shutil.rmtree(file_path(file).parent, ignore_errors=True)


def uploads_sweep(*, before: datetime) -> int:
    """How many uploads are over that began earlier: their files and results are gone."""
    old = list(Upload.objects.filter(at__lt=before).exclude(state=Upload.State.RUNNING))
    swept = 0
    for upload in old:
        if spool(upload).exists():
            shutil.rmtree(spool(upload), ignore_errors=True)
            swept += 1
        if upload.finished_at is None:
            upload_finish(upload=upload, message=_("Nobody confirmed these files within a day."))
    return swept


def sweep_before() -> datetime:
    """What began before is over."""
    return clock.now() - timedelta(hours=KEPT_HOURS)


def _check(files: Sequence[SentFile]) -> None:
    if not files:
        raise InvalidInput(_("No file was chosen. Choose the exports of your tools, or drop them."))
    if len(files) > MOST_FILES:
        raise InvalidInput(
            _("%(n)s files are too many at once; bring in up to %(most)s.")
            % {"n": len(files), "most": MOST_FILES}
        )
    most = setting_read(max_file_mb)
    for sent in files:
        if (sent.size or 0) > most * MEGABYTE:
            raise InvalidInput(
                _(
                    "%(file)s is larger than %(most)s MB. Export fewer rows or columns at a time,"
                    " or bring it in on the command line."
                )
                % {"file": sent.name, "most": most}
            )


def _keep(upload: Upload, position: int, sent: SentFile) -> None:
    name = Path((sent.name or "").replace("\\", "/")).name[:200] or f"file-{position + 1}"
    file = UploadedFile(upload=upload, position=position, name=name, size=sent.size or 0)
    path = file_path(file)
    path.parent.mkdir(mode=PRIVATE, parents=True)
    spool(upload).chmod(PRIVATE)
    spool(upload).parent.chmod(PRIVATE)
    with path.open("xb") as target:
        for chunk in sent.chunks():
            target.write(chunk)
    path.chmod(0o600)
    file.save()
