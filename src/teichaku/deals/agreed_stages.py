"""The stages of the rulebook in force, written down into the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.db import transaction

from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.jobs import job_enqueue
from teichaku.core.outbox import outbox_emit
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Stage
from teichaku.deals.stages import stages_ensure
from teichaku.rulebook.models import Activation

ADOPT = "deals.stages_adopt"


def stages_adopt(*, actor: Actor) -> int:
    """How many stages changed: those agreed on exist with their labels, in order, before others."""
    agreed = gate_book().stages
    with transaction.atomic():
        stages_ensure([stage.id for stage in agreed], actor=actor)
        open_ones = Stage.objects.filter(kind=Stage.Kind.OPEN).order_by("position", "pk")
        by_key = {stage.key: stage for stage in open_ones}
        labels = {stage.id: stage.label or stage.id for stage in agreed}
        rest = [key for key in by_key if key not in labels] if agreed else list(by_key)
        changed, history = [], []
        for position, key in enumerate([*labels, *rest], start=1):
            stage, label = by_key[key], labels.get(key, by_key[key].label)
            if (stage.label, stage.position) == (label, position):
                continue
            if stage.label != label:
                history.append(FieldChange("deals.stage", stage.pk, "label", stage.label, label))
            stage.label, stage.position = label, position
            changed.append(stage)
        if not changed:
            return 0
        Stage.objects.bulk_update(changed, ["label", "position"])
        changes_record(history, actor=actor, at=clock.now(), source="rulebook")
        audit_record(actor=actor, action=ADOPT, object_type="deals.stage", count=len(changed))
        ids = [stage.pk for stage in changed]
        outbox_emit(topic="deals.stages_written", payload={"stages": ids})
    return len(changed)


def adoption_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the pipeline follows the rulebook, once the activation has taken effect."""
    activation = Activation.objects.get(pk=cast(int, payload["activation"]))
    if activation.effective_from > clock.now():
        job_enqueue(
            kind=ADOPT, payload={"activation": activation.pk}, run_at=activation.effective_from
        )
        return
    stages_adopt(actor=SYSTEM)
