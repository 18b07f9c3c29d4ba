"""Sales targets: what each person is to win in a month."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.deals.deal_values import amount_checked
from teichaku.deals.models import SalesTarget


def targets_set(*, owner: User, amounts: dict[date, int | None], actor: Actor) -> int:
    """How many months changed: the person's targets are these now; None takes one away."""
    with transaction.atomic():
        rows = SalesTarget.objects.select_for_update().filter(owner=owner, month__in=amounts)
        before = {row.month: row for row in rows}
        changed = 0
        for month, amount in amounts.items():
            row = before.get(month)
            old = row.amount if row else None
            if amount == old:
                continue
            if amount is None:
                SalesTarget.objects.filter(owner=owner, month=month).delete()
            else:
                SalesTarget.objects.update_or_create(
                    owner=owner, month=month, defaults={"amount": amount_checked(amount)}
                )
            name = f"sales_target.{month:%Y-%m}"
            told = FieldChange("accounts.user", owner.pk, name, old, amount)
            changes_record([told], actor=actor, at=clock.now(), source="web")
            changed += 1
        if changed:
            audit_record(
                actor=actor,
                action="deals.targets_set",
                object_type="accounts.user",
                object_id=owner.pk,
                count=changed,
            )
            outbox_emit(topic="deals.targets_set", payload={"owner": owner.pk})
    return changed
