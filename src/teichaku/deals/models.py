"""The pipeline: stages, deals, how they moved, and what was done about them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teichaku.core.ids import uuid7


class Stage(models.Model):
    """A step of the pipeline. ``won`` and ``lost`` always exist; the rest is the company's own."""

    class Kind(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    key = models.TextField(unique=True)
    label = models.TextField()
    position = models.IntegerField()
    kind = models.CharField(max_length=4, choices=Kind, default=Kind.OPEN)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["open", "won", "lost"]), name="deals_stage_kind"
            )
        ]

    def __str__(self) -> str:
        return self.label


class Deal(models.Model):
    """A possible sale. ``lead`` stays as recorded; a file's date has no ``…_at``, an instant both.

    ``created_event`` and ``outcome_event`` are the live events that tell the lead's history of it.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    system = models.TextField()
    external_id = models.TextField()
    lead = models.ForeignKey("leads.Lead", null=True, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(
        "leads.Company", null=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.TextField(blank=True)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(null=True)
    kind = models.TextField(blank=True)
    lost_reason = models.TextField(blank=True)
    created_on = models.DateField(null=True)
    created_at = models.DateTimeField(null=True)
    close_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    attributes = models.JSONField(default=dict)
    match_key = models.TextField(blank=True)
    match_confidence = models.FloatField(null=True)
    created_event = models.ForeignKey(
        "tracking.Event", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    outcome_event = models.ForeignKey(
        "tracking.Event", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    event_count = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"], name="deals_deal_external_id"
            ),
            models.CheckConstraint(
                condition=Q(match_confidence__isnull=True)
                | Q(match_confidence__gte=0, match_confidence__lte=1),
                name="deals_deal_match_confidence",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class StageChange(models.Model):
    """A deal entered a stage."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_name = models.TextField(blank=True)
    source = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deal", "stage", "at"], name="deals_stagechange_deal_stage_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.stage_id}"


class Activity(models.Model):
    """Something done, or agreed to be done next, about a deal, a lead or a company."""

    system = models.TextField()
    external_id = models.TextField()
    deal = models.ForeignKey(Deal, null=True, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("leads.Lead", null=True, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(
        "leads.Company", null=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.TextField(blank=True)
    at = models.DateTimeField()
    outcome = models.TextField(blank=True)
    next_action = models.TextField(blank=True)
    next_action_on = models.DateField(null=True)
    attributes = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"], name="deals_activity_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"
