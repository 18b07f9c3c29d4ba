"""First contact, recognised from what people record of calls, mails and visits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from django.db import transaction

from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.deals.models import Activity
from teichaku.handover.models import Handover

AT_ONCE = 2_000


def touches_job(payload: Mapping[str, Json]) -> None:
    """Nothing; handovers know of the first contact that these activities were."""
    touches_recognise(activities=cast("list[int]", payload["activities"]))


def touches_recognise(*, activities: Sequence[int], actor: Actor = SYSTEM) -> int:
    """How many handovers had their first contact by one of these, or an earlier one than known."""
    changed = 0
    for chunk in bulk.chunked(activities, AT_ONCE):
        with transaction.atomic():
            changed += _recognise(_contacts(chunk), actor)
    return changed


def _contacts(activities: Sequence[int]) -> Mapping[int, list[datetime]]:
    """When people spoke or wrote to each root lead; what has no person behind it is no contact."""
    rows = Activity.objects.filter(pk__in=activities, owner__isnull=False)
    found: dict[int, list[datetime]] = defaultdict(list)
    for lead, of_deal, at in rows.values_list("lead__root_id", "deal__lead__root_id", "at"):
        root = lead or of_deal
        if root is not None:
            found[root].append(at)
    return found


def _recognise(contacts: Mapping[int, list[datetime]], actor: Actor) -> int:
    if not contacts:
        return 0
    rows = Handover.objects.filter(lead__root__in=contacts, assigned_at__isnull=False)
    open_ones = rows.exclude(state__in=[Handover.State.RETURNED, Handover.State.WITHDRAWN])
    found: list[tuple[int, datetime | None, datetime]] = []
    columns = ("pk", "lead__root_id", "released_at", "touched_at")
    for pk, root, since, known in open_ones.values_list(*columns):
        first = min((at for at in contacts[root] if at >= since), default=None)
        if first is not None and (known is None or first < known):
            found.append((pk, known, first))
    if found:
        _write(found, actor)
    return len(found)


def _write(found: Sequence[tuple[int, datetime | None, datetime]], actor: Actor) -> None:
    bulk.update(Handover, ("touched_at",), [(pk, first) for pk, _known, first in found])
    changes = [
        FieldChange("handover.handover", pk, "touched_at", _text(known), _text(first))
        for pk, known, first in found
    ]
    changes_record(changes, actor=actor, at=clock.now(), source="handover")
    audit_record(
        actor=actor, action="handover.touches_recognise", object_type="handover.handover",
        count=len(found),
    )  # fmt: skip
    outbox_emit(topic="handover.changed", payload={"handovers": [pk for pk, *_ in found]})


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
