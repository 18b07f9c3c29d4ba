"""What was found of the items, day by day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teichaku.engine.checklist.clauses import Status
from teichaku.engine.checklist.items import FORMULAS

STATUSES = [status.value for status in Status]


class FindingEntry(models.Model):
    """An item as it was found on a local day; a day on which nothing changed has none."""

    item = models.PositiveSmallIntegerField()
    day = models.DateField()
    status = models.CharField(max_length=9, choices=[(name, name) for name in STATUSES])
    evidence = models.JSONField()
    valid_until = models.DateField(null=True)
    judge_on = models.DateField(null=True)
    rulebook_hash = models.CharField(max_length=64, blank=True, default="")
    as_of = models.DateTimeField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "day"], name="checklist_findingentry_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(item__gte=1, item__lte=len(FORMULAS)),
                name="checklist_findingentry_item",
            ),
            models.CheckConstraint(
                condition=Q(status__in=STATUSES), name="checklist_findingentry_status"
            ),
        ]
