"""Changing an exhibition's row: with its history, audit and message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.exhibitions.models import Exhibition
from teichaku.leads.row_changes import as_json


def exhibition_write(
    exhibition: Exhibition, values: Mapping[str, Any], *, action: str, actor: Actor
) -> None:
    """Nothing; the row has the values."""
    changes = [
        FieldChange("exhibitions.exhibition", exhibition.pk, name, _json(old), _json(value))
        for name, value in values.items()
        if (old := getattr(exhibition, name)) != value
    ]
    for name, value in values.items():
        setattr(exhibition, name, value)
    with transaction.atomic():
        exhibition.save(update_fields=list(values))
        changes_record(changes, actor=actor, at=clock.now(), source="manual")
        audit_record(
            actor=actor, action=f"exhibitions.{action}", object_type="exhibitions.exhibition",
            object_id=exhibition.pk,
        )  # fmt: skip
        outbox_emit(topic="exhibitions.changed", payload={"exhibition": exhibition.pk})


def _json(value: object) -> Any:
    return value if isinstance(value, list) else as_json(value)
