"""Maps that people confirmed once, kept for the next file with the same columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.intake.collapse import hash_texts
from teichaku.intake.fields import IMPORT_ORDER
from teichaku.intake.mapping import FileMap, mapping_parse, mapping_yaml
from teichaku.intake.models import SavedMapping


def reason_columns() -> tuple[str, str]:
    """What the columns are called that a file of rows to be corrected has more."""
    return _("Why it was not brought in"), _("Line")


@cache
def _added_columns() -> frozenset[str]:
    names: set[str] = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names.update(reason_columns())
    return frozenset(names)


def header_fingerprint(header: Sequence[str]) -> str:
    """One text for files with the same columns, in whatever order they stand.

    Columns that we added to a file of rows to be corrected make no difference.
    """
    return hash_texts(sorted({name.strip() for name in header} - _added_columns()))


def mapping_save(
    *, header: Sequence[str], file_maps: Sequence[FileMap], actor: Actor
) -> list[SavedMapping]:
    """The saved maps; those that were saved for the same columns before are replaced.

    A map that cannot be read back, or that names a column which the header has not, raises
    ``InvalidInput`` and nothing is saved.
    """
    if not file_maps:
        raise InvalidInput(_("There is no map to save. Give at least one kind of record."))
    mapping_parse(mapping_yaml(file_maps))
    missing = sorted(
        {name for m in file_maps for name in mapping_columns(m)} - set(map(str.strip, header))
    )
    if missing:
        raise InvalidInput(
            _("The file has no column %(columns)s; correct the map.")
            % {"columns": ", ".join(missing)}
        )
    fingerprint = header_fingerprint(header)
    with transaction.atomic():
        replaced = SavedMapping.objects.filter(fingerprint=fingerprint)
        replaced.exclude(entity__in={m.entity for m in file_maps}).delete()
        saved = [_store(fingerprint, file_map, actor) for file_map in file_maps]
        audit_record(
            actor=actor,
            action="intake.mapping_saved",
            object_type="intake.saved_mapping",
            object_id=saved[0].pk,
            count=len(saved),
            values={"fingerprint": fingerprint, "entities": [row.entity for row in saved]},
        )
        outbox_emit(topic="intake.mapping_saved", payload={"mappings": [row.pk for row in saved]})
    return saved


def mapping_saved(header: Sequence[str]) -> list[FileMap]:
    """The maps saved for files with these columns, in order of import; none when there are none."""
    rows = SavedMapping.objects.filter(fingerprint=header_fingerprint(header)).order_by("position")
    return [file_map for row in rows for file_map in mapping_parse(row.document)]


def mapping_columns(file_map: FileMap) -> set[str]:
    """The columns that the map names."""
    named = {name for columns in file_map.columns.values() for name in columns}
    named.update(file_map.where, file_map.filled, file_map.carried)
    return named | ({file_map.continued_by} if file_map.continued_by else set())


def _store(fingerprint: str, file_map: FileMap, actor: Actor) -> SavedMapping:
    row, _created = SavedMapping.objects.update_or_create(
        fingerprint=fingerprint,
        entity=file_map.entity,
        defaults={
            "document": mapping_yaml([file_map]),
            "position": IMPORT_ORDER.index(file_map.entity),
            "at": clock.now(),
            **actor_columns(actor),
        },
    )
    return row
