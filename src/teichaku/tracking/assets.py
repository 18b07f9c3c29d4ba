"""Files to hand out: kept where no web server finds them, renewed under the same title."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read
from teichaku.tracking.models import Asset, AssetVersion

SentFile: TypeAlias = "UploadedFile[Any]"
MEGABYTE = 1024 * 1024
TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".mp4": "video/mp4",
}
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600

asset_mb = SettingDeclaration(
    "tracking.asset_mb", 50, gettext_lazy("So many megabytes a file to hand out may have.")
)


def asset_path(version: AssetVersion) -> Path:
    """Where the file of the version is kept."""
    folder = Path(settings.STATE_DIR) / "assets" / str(version.asset.uid)
    return folder / f"{version.number}{Path(version.name).suffix.lower()}"


def asset_save(*, title: str, sent: SentFile, actor: Actor, asset: Asset | None = None) -> Asset:
    """The asset with this file as its newest; without ``asset`` a new one under the title."""
    name = Path((sent.name or "").replace("\\", "/")).name[-200:]
    _check(title, name, sent)
    try:
        with transaction.atomic():
            row = asset or Asset.objects.create(title=title.strip(), created_at=clock.now())
            Asset.objects.select_for_update().get(pk=row.pk)
            newest = row.versions.order_by("-number").first()
            version = AssetVersion(
                asset=row,
                number=newest.number + 1 if newest else 1,
                name=name,
                size=sent.size or 0,
                at=clock.now(),
            )
            version.sha256 = _keep(version, sent)
            version.save()
            _tell(row, "tracking.asset_save", actor)
    except IntegrityError as error:
        raise Conflict(
            _("There is a file of the title %(title)s already. Renew that one instead.")
            % {"title": title}
        ) from error
    return row


def asset_archive(*, asset: Asset, actor: Actor) -> None:
    """Nothing; the file is not handed out any more. Who got it stays on record."""
    with transaction.atomic():
        if not Asset.objects.filter(pk=asset.pk, archived_at=None).update(archived_at=clock.now()):
            raise Conflict(_("This file was put away before."))
        _tell(asset, "tracking.asset_archive", actor)


def _check(title: str, name: str, sent: SentFile) -> None:
    if not title.strip():
        raise InvalidInput(_("A file to hand out needs a title that visitors read. Enter one."))
    if Path(name).suffix.lower() not in TYPES:
        raise InvalidInput(
            _("%(file)s cannot be handed out. Choose a file of one of these kinds: %(kinds)s")
            % {"file": name, "kinds": ", ".join(sorted(TYPES))}
        )
    most = setting_read(asset_mb)
    if not sent.size or sent.size > most * MEGABYTE:
        raise InvalidInput(
            _("%(file)s is empty or larger than %(most)s MB. Choose a smaller file.")
            % {"file": name, "most": most}
        )


def _keep(version: AssetVersion, sent: SentFile) -> str:
    """The hash of the file, which is stored now. One that no row came to name is written over."""
    path = asset_path(version)
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.parent.parent.chmod(PRIVATE_FOLDER)
    digest = hashlib.sha256()
    with path.open("wb") as target:
        for chunk in sent.chunks():
            digest.update(chunk)
            target.write(chunk)
    path.chmod(PRIVATE_FILE)
    return digest.hexdigest()


def _tell(asset: Asset, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="tracking.asset", object_id=asset.pk)
    outbox_emit(topic="tracking.assets_changed", payload={"asset": asset.pk})
