"""Files that wait to be read, or what was made of them, where they may name an erased person."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from teichaku.core.personal_data import Person
from teichaku.intake.models import Upload
from teichaku.intake.uploads import spool, upload_finish

ENCODINGS = ("utf-8", "cp932", "utf-16-le")
PACKED = (b"PK", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")  # workbooks and archives hide their texts


def uploads_erase(person: Person) -> None:
    """Nothing; uploads that name the person, or hide whether they do, are given up with files."""
    spoken = [text.encode(code, "ignore") for text in person.texts for code in ENCODINGS]
    folder = Path(settings.STATE_DIR) / "uploads"
    for upload in Upload.objects.exclude(state=Upload.State.RUNNING):
        place = spool(upload)
        if not place.is_relative_to(folder) or not any(map(_names(spoken), _files(place))):
            continue
        shutil.rmtree(place, ignore_errors=True)
        if upload.finished_at is None:
            upload_finish(
                upload=upload,
                message=_("These files were removed, for personal data in them were erased."),
            )


def _files(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def _names(spoken: list[bytes]) -> Callable[[Path], bool]:
    def names(path: Path) -> bool:
        content = path.read_bytes()
        return content.startswith(PACKED) or any(one and one in content for one in spoken)

    return names
