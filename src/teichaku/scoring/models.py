"""What the engine found, kept where pages and later rooms read it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from teichaku.core.ids import uuid7


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
    revision = models.ForeignKey("rulebook.Revision", on_delete=models.PROTECT, related_name="+")
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
