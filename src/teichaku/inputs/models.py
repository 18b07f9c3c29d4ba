"""What people owe, how long entries take, and on which days all of it was gone through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

OPEN, ON_TIME, LATE, WAIVED, VOID = "open", "met_on_time", "met_late", "waived", "void"


class Obligation(models.Model):
    """An entry that somebody owes. Without ``owner`` it is up to whoever holds the role.

    It is overdue while it is open and past due. ``settled_at`` is when it was met, excepted or
    became void; what is settled never changes again.
    """

    rule_id = models.CharField(max_length=120)
    rule_hash = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    occurrence = models.CharField(max_length=200)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=11, default=OPEN, db_default=OPEN)
    settled_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    waive_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "rule_id", "occurrence"],
                name="inputs_obligation_once",
            ),
            models.CheckConstraint(
                condition=Q(state=OPEN, settled_at=None)
                | Q(state__in=[ON_TIME, LATE, WAIVED, VOID], settled_at__isnull=False),
                name="inputs_obligation_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state=WAIVED) | (Q(waived_by__isnull=False) & ~Q(waive_reason="")),
                name="inputs_obligation_waived_with_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "owner"], name="inputs_obligation_due"),
            models.Index(
                fields=["owner", "due_at"], condition=Q(state=OPEN), name="inputs_obligation_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.state}"


class InputTiming(models.Model):
    """How long somebody took from the first key to saving; not who."""

    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    elapsed_ms = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="inputs_inputtiming_of")
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}: {self.elapsed_ms} ms"


class FullPass(models.Model):
    """A local day on which every obligation was gone through."""

    day = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.day.isoformat()
