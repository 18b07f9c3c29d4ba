"""What an upload would do: done for real, counted, and taken back at once."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.intake.field_words import KIND_WORDS
from teichaku.intake.limits import MEGABYTE
from teichaku.intake.models import Upload
from teichaku.intake.selectors import COUNTS
from teichaku.intake.services import import_file
from teichaku.intake.upload_jobs import upload_steps
from teichaku.intake.uploads import file_path

MOST_BYTES = 2 * MEGABYTE  # while it is tried, nobody else can write


def upload_trial(upload: Upload, *, actor: Actor) -> dict[str, object]:
    """The counts of each file, all files together, or why they cannot be counted."""
    if sum(file.size for file in upload.files.all()) > MOST_BYTES:
        return {
            "refused": _(
                "These files are too large to be tried out. Bring them in: an import can be taken"
                " back whole for 30 days."
            )
        }
    lines: list[tuple[str, str, dict[str, int], str]] = []
    with transaction.atomic():
        for file, file_map in upload_steps(upload):
            word = str(KIND_WORDS[file_map.entity])
            try:
                with transaction.atomic():
                    report = import_file(
                        entity=file_map.entity, path=file_path(file), actor=actor, file_map=file_map
                    )
            except InvalidInput as error:
                lines.append((file.name, word, {}, str(error)))
                continue
            counts = report.as_json()
            told = {name: int(str(counts[name])) for name in COUNTS}
            lines.append((file.name, word, told, ""))
        transaction.set_rollback(True)
    return {"lines": lines}
