"""A sheet handed in: how its columns are read, which rank a word means, on what ground."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.settings import setting_read
from teichaku.exhibitions.models import Exhibition, Sheet
from teichaku.exhibitions.ranks import columns_guessed, rank_valid, rank_words, ranks_guessed
from teichaku.intake.fields import ATTRIBUTE
from teichaku.intake.guess_columns import fit_to
from teichaku.intake.guess_values import Column, Sample, sample_take
from teichaku.intake.limits import max_file_mb
from teichaku.intake.mapping import DEFAULT_SYSTEM, FileMap
from teichaku.intake.models import ImportRun, Upload, UploadedFile
from teichaku.intake.tables import table_open
from teichaku.intake.upload_maps import file_kind_change, upload_confirm, upload_guess
from teichaku.intake.uploads import (
    SentFile,
    file_path,
    maps_of,
    maps_stored,
    upload_create,
    upload_drop,
)

LONGEST_EVIDENCE = 2_000
# What a sheet of visitors says of these is about the visit, not about the person.
_NOT_OURS = (
    "campaign", "source", "created_at", "mql_at", "stage", "owner", "basis", "basis_on",
    "basis_evidence",
)  # fmt: skip
_KINDS = ("companies", "leads")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person says beside the columns: where rank, memo and time are, the ranks, the ground.

    Without a ``basis_kind`` no ground is recorded, and nobody new is thanked by mail.
    """

    columns: Mapping[str, str]
    ranks: Mapping[str, str]
    basis_kind: str
    obtained_on: date | None
    evidence: str


def sheet_create(*, exhibition: Exhibition, file: SentFile | None, actor: Actor) -> Sheet:
    """The sheet, its columns guessed; one that was brought in before raises ``Conflict``."""
    files = [file] if file else []
    upload = upload_create(purpose=Upload.Purpose.EXHIBITION, files=files, actor=actor)
    upload_guess(upload)
    kept = upload.files.get()
    try:
        _check(exhibition, kept)
    except (Conflict, InvalidInput):
        upload_drop(upload=upload)
        raise
    sample = _sample(kept)
    columns = columns_guessed(sample)
    with transaction.atomic():
        sheet = Sheet.objects.create(
            exhibition=exhibition, upload=upload, file_name=kept.name, columns=columns,
            ranks=ranks_guessed(_words(sample, columns.get("rank", ""))), at=clock.now(),
            **actor_columns(actor),
        )  # fmt: skip
        maps_suit(sheet)
        _record(sheet, "sheet_create", actor)
    return sheet


def sheet_read_as(*, sheet: Sheet, answers: Mapping[str, str]) -> None:
    """Nothing; the file is read as another kind of record, as far as its columns tell."""
    file_kind_change(sheet.upload, answers)
    maps_suit(sheet)


def sheet_confirm(
    *, sheet: Sheet, reading: Reading, answers: Mapping[str, str], actor: Actor
) -> list[str]:
    """What is wrong with the answers; what was said is kept either way."""
    if reading.columns.get("rank", "") != sheet.columns.get("rank", ""):
        words = _words(_sample(sheet.upload.files.get()), reading.columns.get("rank", ""))
        ranks = ranks_guessed(words)
    else:
        ranks = {text: rank_valid(reading.ranks.get(text, "")) for text in sheet.ranks}
    with transaction.atomic():
        sheet.columns = {what: name for what, name in reading.columns.items() if name}
        sheet.ranks = ranks
        sheet.basis_kind, sheet.obtained_on = reading.basis_kind, reading.obtained_on
        sheet.evidence = reading.evidence.strip()[:LONGEST_EVIDENCE]
        sheet.save()
        _record(sheet, "sheet_confirm", actor)
    problems = upload_confirm(upload=sheet.upload, answers=answers, actor=actor)
    maps_suit(sheet)
    if not problems and not any(m.entity == "leads" for m in maps_of(sheet.upload.files.get())):
        problems = [_("The sheet names nobody. Say which columns hold name and address.")]
    return problems


def maps_suit(sheet: Sheet) -> None:
    """Nothing; the file is read as people and companies, without what is about the visit."""
    file = sheet.upload.files.get()
    visit = set(sheet.columns.values())
    suited = [_suited(m, visit, sheet, file) for m in maps_of(file) if m.entity in _KINDS]
    file.maps = maps_stored([file_map for file_map in suited if file_map is not None])
    file.save(update_fields=["maps"])


def header_of(sheet: Sheet) -> Sequence[str]:
    """The names of the sheet's columns."""
    path = file_path(sheet.upload.files.get())
    return table_open(path, max_mb=setting_read(max_file_mb)).header


def _suited(file_map: FileMap, visit: set[str], sheet: Sheet, file: UploadedFile) -> FileMap | None:
    columns = {
        name: kept
        for name, used in file_map.columns.items()
        if name not in _NOT_OURS and (kept := tuple(c for c in used if c not in visit))
    }
    if file_map.entity == "leads" and file_map.system == DEFAULT_SYSTEM:
        sample = _sample(file)
        match = fit_to("leads", sample).matches.get("external_id")
        # A running number is no name of a person, in whatever system.
        if match is None or not match.telling:
            columns.pop("external_id", None)
    if not columns or not _complete(file_map, columns):
        return None
    system = file_map.system
    if system == DEFAULT_SYSTEM:
        system = f"exhibition:{sheet.exhibition.uid}"
    said = file_map.model_dump(exclude_defaults=True)
    for name in ("values", "dates", "scale", "only"):
        said[name] = {field: v for field, v in said.get(name, {}).items() if field in columns}
    constants = {k: v for k, v in file_map.constants.items() if k not in _NOT_OURS}
    said |= {"columns": columns, "constants": constants, "system": system}
    return FileMap.model_validate(said)


def _complete(file_map: FileMap, columns: Mapping[str, object]) -> bool:
    wanted = file_map.kind.any_of
    return bool(set(wanted) & columns.keys()) and any(
        not name.startswith(ATTRIBUTE) for name in columns
    )


def _check(exhibition: Exhibition, file: UploadedFile) -> None:
    if file.problem:
        raise InvalidInput(file.problem)
    with file_path(file).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    uploads = exhibition.sheets.values("upload")
    if ImportRun.objects.filter(upload__in=uploads, sha256=digest, undone_at=None).exists():
        raise Conflict(
            _(
                "This sheet was brought in already. Take that one back first, or hand in one"
                " with other rows."
            )
        )


def _sample(file: UploadedFile) -> Sample:
    return sample_take(table_open(file_path(file), max_mb=setting_read(max_file_mb)))


def _words(sample: Sample, name: str) -> list[str]:
    column: Column | None = next((c for c in sample.columns if c.name == name), None)
    return rank_words(column) if column else []


def _record(sheet: Sheet, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor, action=f"exhibitions.{action}", object_type="exhibitions.sheet",
        object_id=sheet.pk,
    )  # fmt: skip
    outbox_emit(topic="exhibitions.changed", payload={"exhibition": sheet.exhibition_id})
