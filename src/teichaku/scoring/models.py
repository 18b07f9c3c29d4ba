"""What the engine found, kept where pages and later rooms read it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow
from teichaku.rulebook.models import Immutable


class Score(models.Model):
    """A lead's totals under one revision at one instant; its reasons are derived on demand."""

    lead = models.OneToOneField(
        "leads.Lead", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    behaviour = models.FloatField()
    fit = models.FloatField()
    total = models.FloatField()
    grade = models.CharField(max_length=4, blank=True, default="")
    rising = models.FloatField()
    # Without an index: all rows change at once, and nobody asks for those of one revision.
    revision = models.ForeignKey(
        "rulebook.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    as_of = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    # A fingerprint of the events up to as_of: another one later means that the past has changed.
    history = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(F("total").desc(), F("lead"), name="scoring_score_total"),
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
                name="scoring_score_next",
            ),
        ]


class Qualification(models.Model):
    """A lead met the definition at an instant; never edited, only superseded by a newer row."""

    class Source(models.TextChoices):
        """Who says so."""

        ENGINE = "engine"
        IMPORT = "import"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(
        "rulebook.Revision", on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    behaviour = models.FloatField(null=True)
    fit = models.FloatField(null=True)
    total = models.FloatField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    evidence = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "at", "source"],
                condition=Q(supersedes=None),
                name="scoring_qualification_once_per_instant",
            ),
            models.CheckConstraint(
                condition=~Q(source="engine")
                | Q(
                    revision__isnull=False,
                    behaviour__isnull=False,
                    fit__isnull=False,
                    total__isnull=False,
                ),
                name="scoring_qualification_engine_complete",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=False) | Q(supersedes__isnull=False),
                name="scoring_qualification_withdraws_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lead", "at"], name="scoring_qualification_lead"),
        ]


class DirtyLead(models.Model):
    """A lead whose score may no longer be right: the mark moves on at each change.

    Scoring and the store's base each note the mark that they read; a change meanwhile leaves it
    behind, and the lead stays to be scored again, or to be read past the base. A row goes when
    both are up to date.
    """

    lead_id = models.BigIntegerField(primary_key=True)
    mark = models.BigIntegerField()
    scored_mark = models.BigIntegerField(null=True)
    base_mark = models.BigIntegerField(null=True)


class StoreBase(models.Model):
    """One sorted base of the engine's store on disk."""

    generation = models.BigAutoField(primary_key=True)
    folder = models.TextField()
    leads = models.BigIntegerField()
    events = models.BigIntegerField()
    built_at = models.DateTimeField()
    current = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["current"],
                condition=Q(current=True),
                name="scoring_storebase_one_current",
            ),
        ]


class Segment(models.Model):
    """Leads that meet a condition, kept up to date. ``built`` is the revision that every lead was
    held against; while it is another than ``revision``, ``build_done`` of ``build_total`` are done.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=100)
    note = models.TextField(blank=True, default="")
    revision = models.ForeignKey(
        "SegmentRevision", on_delete=models.PROTECT, null=True, related_name="+"
    )
    built = models.ForeignKey(
        "SegmentRevision", on_delete=models.PROTECT, null=True, related_name="+"
    )
    build_done = models.PositiveIntegerField(default=0)
    build_total = models.PositiveIntegerField(default=0)
    members = models.IntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(archived_at=None), name="scoring_segment_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SegmentRevision(ActedRow, Immutable):
    """The condition of a segment as it once was, known by the hash of its content."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=64)
    document = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["segment", "number"], name="scoring_segmentrevision_number"
            ),
            models.UniqueConstraint(
                fields=["segment", "hash"], name="scoring_segmentrevision_content"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.number}"


class Membership(models.Model):
    """A lead is in a segment, or will be without anything happening: ``turns_at`` is when that
    changes by itself, in µs since 1970 UTC as the engine counts. Other leads have no row.
    """

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="+", db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    inside = models.BooleanField()
    since = models.DateTimeField()
    turns_at = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "lead"], name="scoring_membership_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["turns_at"],
                condition=Q(turns_at__isnull=False),
                name="scoring_membership_turns",
            ),
        ]


class MembershipChange(models.Model):
    """A lead came into a segment or left it, as it was seen at an instant; only ever added."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="+", db_index=False)
    revision = models.ForeignKey(
        SegmentRevision, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    entered = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["segment", "-id"], name="scoring_membershipchange_last"),
        ]


class ScoreDay(models.Model):
    """A lead's score as a local day left it; there is no row for a day that changed nothing."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    behaviour = models.FloatField()
    fit = models.FloatField()
    total = models.FloatField()
    grade = models.CharField(max_length=4, blank=True, default="")
    revision = models.ForeignKey(
        "rulebook.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead", "day"], name="scoring_scoreday_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="scoring_scoreday_day")]


class GradeDay(models.Model):
    """How many leads had which grade after a local day, how many became MQLs on it, and how many
    did anything.
    """

    day = models.DateField(primary_key=True)
    revision = models.ForeignKey(
        "rulebook.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    leads = models.PositiveIntegerField()
    grades = models.JSONField(default=dict)
    mqls = models.PositiveIntegerField()
    active = models.PositiveIntegerField()
    as_of = models.DateTimeField()


class ScoreAlarm(models.Model):
    """Something moved abruptly, or stopped: what, on which day, and what somebody said to it."""

    class Kind(models.TextChoices):
        GRADE = "grade"
        MQLS = "mqls"
        SILENCE = "silence"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=7, choices=Kind)
    day = models.DateField()
    subject = models.CharField(max_length=40, blank=True, default="")
    value = models.FloatField()
    usual = models.FloatField()
    revision = models.ForeignKey(
        "rulebook.Revision", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "day", "subject"], name="scoring_scorealarm_once"
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None, reason="") | (Q(seen_at__isnull=False) & ~Q(reason="")),
                name="scoring_scorealarm_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.kind} {self.subject}"
