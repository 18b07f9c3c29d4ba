"""Series of meetings, each meeting with what was recorded for it and in it, and its decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teichaku.core.ids import uuid7


class Series(models.Model):
    """A recurring meeting as the rulebook in force has it; one that it dropped has ended.

    ``terms`` is the rulebook's part about it. ``joins_…``: the existing meeting whose first
    minutes it takes.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    terms = models.JSONField()
    rule_hash = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)
    joins_name = models.CharField(max_length=100, blank=True, default="")
    joins_place = models.CharField(max_length=200, blank=True, default="")
    joins_link = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name_plural = "series"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(joins_name="") | Q(joins_place="", joins_link=""),
                name="meetings_series_joins_named",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Meeting(models.Model):
    """One meeting. ``turn`` is the first day of its week or month.

    ``reason`` says why it was cancelled, or what it lacked to count as held. ``snapshot`` are the
    figures as they were fixed before it; ``sequence`` counts the times it was moved, and
    ``invited`` is the sequence that people were told.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        HELD = "held"
        UNFINISHED = "unfinished"
        MISSED = "missed"
        CANCELLED = "cancelled"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="meetings")
    turn = models.DateField()
    begins_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    is_moved = models.BooleanField(default=False)
    chair = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    snapshot = models.JSONField(null=True)
    snapshot_hash = models.CharField(max_length=64, blank=True, default="")
    frozen_at = models.DateTimeField(null=True)
    is_frozen_late = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "turn"], name="meetings_meeting_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "open", "held", "unfinished", "missed", "cancelled"]
                ),
                name="meetings_meeting_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open"], settled_at=None)
                | Q(
                    state__in=["held", "unfinished", "missed", "cancelled"],
                    settled_at__isnull=False,
                ),
                name="meetings_meeting_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["unfinished", "cancelled"]) | ~Q(reason=""),
                name="meetings_meeting_reasoned",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at=None, snapshot_hash="", snapshot=None)
                | (Q(frozen_at__isnull=False, snapshot__isnull=False) & ~Q(snapshot_hash="")),
                name="meetings_meeting_frozen_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["begins_at"], name="meetings_meeting_begins"),
            models.Index(
                fields=["begins_at"],
                condition=Q(settled_at=None),
                name="meetings_meeting_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id}: {self.begins_at:%Y-%m-%d}"


class AttendanceCheckIn(models.Model):
    """A person was there for a department (blank: for none that the meeting is of)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="check_ins")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    department = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "person"], name="meetings_attendancecheckin_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.person_id}"


class AgendaItem(models.Model):
    """A point of the agenda: rows from the records (``count`` of them, the first ones kept) and
    what the meeting made of it.
    """

    class Outcome(models.TextChoices):
        OK = "ok"
        ACTION = "action"
        QUESTION = "question"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True, default="")
    position = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "subject"], name="meetings_agendaitem_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "ok", "action", "question"]),
                name="meetings_agendaitem_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.kind} {self.subject}"


class Decision(models.Model):
    """What a meeting decided: who does it by when, on which fixed figures, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    text = models.TextField()
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    effect = models.TextField(blank=True, default="")
    snapshot_hash = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    result = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None)
                | Q(state__in=["done", "dropped"], settled_at__isnull=False),
                name="meetings_decision_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(result=""),
                name="meetings_decision_dropped_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(snapshot_hash=""), name="meetings_decision_whole"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "due_on"], condition=Q(state="open"), name="meetings_decision_open"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Minutes(models.Model):
    """What was recorded of a meeting when it ended, as text."""

    meeting = models.OneToOneField(
        Meeting, on_delete=models.PROTECT, primary_key=True, related_name="written"
    )
    text = models.TextField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "minutes"

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.hash[:8]}"


class CalendarFeed(models.Model):
    """An address by which a person's calendar follows the meetings; revoked for good."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(revoked_at=None),
                name="meetings_calendarfeed_one_live",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"
