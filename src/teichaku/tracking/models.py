"""Events as they were recorded, and the dictionary of their shapes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Signature(models.Model):
    """The shape of an event: its type and the object it touched. '' stands for an absent part."""

    type = models.TextField()
    path = models.TextField(blank=True)
    form = models.TextField(blank=True)
    asset = models.TextField(blank=True)
    campaign = models.TextField(blank=True)
    rank = models.TextField(blank=True)
    # When the first such event happened: since when a missing one means anything.
    first_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["type", "path", "form", "asset", "campaign", "rank"],
                name="tracking_signature_shape",
            )
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.type, self.path or self.form or self.asset)))


class Event(models.Model):
    """A fact about a lead in time. Only ``retracted_at`` is ever written later."""

    class Origin(models.TextChoices):
        HUMAN = "human"
        BOT = "bot"
        UNKNOWN = "unknown"

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    source = models.TextField()
    external_id = models.TextField()
    url = models.TextField(blank=True)
    duration = models.FloatField(null=True)
    recorded_at = models.DateTimeField()
    actor = models.TextField(blank=True)
    origin = models.CharField(max_length=7, choices=Origin, default=Origin.HUMAN)
    attributes = models.JSONField(null=True)
    retracted_at = models.DateTimeField(null=True)

    class Meta:
        # The migration adds a BRIN index on ``at`` where the database is PostgreSQL.
        indexes: ClassVar = [models.Index(fields=["lead", "at"], name="tracking_event_lead_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="tracking_event_external_id"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["human", "bot", "unknown"]), name="tracking_event_origin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
