"""How many leads each person takes in a week."""

from __future__ import annotations

from django.db import transaction

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.handover.models import Capacity


def capacity_set(*, user: User, per_week: int, weight: int, actor: Actor) -> Capacity:
    """The person's own numbers, from the next lead on."""
    with transaction.atomic():
        before = Capacity.objects.filter(user=user).first()
        told = {"per_week": per_week, "weight": weight}
        found, _new = Capacity.objects.update_or_create(user=user, defaults=told)
        changes_record(
            [
                FieldChange("handover.capacity", user.pk, name, getattr(before, name, None), value)
                for name, value in told.items()
                if getattr(before, name, None) != value
            ],
            actor=actor, at=clock.now(), source="web",
        )  # fmt: skip
        audit_record(
            actor=actor, action="handover.capacity_set", object_type="handover.capacity",
            object_id=user.pk,
        )  # fmt: skip
    return found
