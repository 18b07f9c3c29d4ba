"""The stages that files name; those nobody has declared come in as open ones."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Max

from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.deals.models import Stage

UNSTAGED = "open"  # of a deal whose file tells no stage
RESERVED = {"won": 1000, "lost": 1001}


def stages_ensure(keys: Collection[str], *, actor: Actor) -> dict[str, Stage]:
    """The stages of these keys. Case and width matter: what differs is another stage."""
    found = {stage.key: stage for stage in Stage.objects.filter(key__in=keys)}
    missing = sorted(set(keys) - found.keys())
    if not missing:
        return found
    with transaction.atomic():
        last = Stage.objects.filter(kind=Stage.Kind.OPEN).aggregate(last=Max("position"))["last"]
        Stage.objects.bulk_create(
            (
                Stage(
                    key=key,
                    label=key,
                    position=RESERVED.get(key, (last or 0) + i),
                    kind=key if key in RESERVED else Stage.Kind.OPEN,
                )
                for i, key in enumerate(missing, start=1)
            ),
            ignore_conflicts=True,
        )
        new = list(Stage.objects.filter(key__in=missing))
        audit_record(
            actor=actor, action="deals.stages_ensure", object_type="deals.stage", count=len(new)
        )
        outbox_emit(topic="deals.stages_written", payload={"stages": [stage.pk for stage in new]})
    return found | {stage.key: stage for stage in new}
