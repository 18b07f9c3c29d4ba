"""The ledgers under every room: audit, outbox, jobs, changes, settings."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from teichaku.core.actors import Actor
from teichaku.core.canonical import Json
from teichaku.core.ids import uuid7

ACTOR_KINDS = ("human", "integration", "import", "automation")


class ActedRow(models.Model):
    """The columns that keep an ``Actor``; the account is no foreign key, for accounts lie above."""

    actor_kind = models.CharField(max_length=12, choices=[(k, k) for k in ACTOR_KINDS])
    actor_name = models.CharField(max_length=200)
    actor_user_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


def actor_columns(actor: Actor) -> dict[str, Any]:
    """The actor as keyword arguments for any ``ActedRow`` (as Django's constructors take them)."""
    return {
        "actor_kind": actor.kind,
        "actor_name": actor.name,
        "actor_user_id": actor.user_id,
    }


class AuditSeal(models.Model):
    """One link of the chain over audit entries: its hash covers them and the link before it."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    # Unique, so that the chain cannot fork when two workers seal at once.
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_id__gte=F("first_id"), count__gte=1),
                name="core_auditseal_covers_entries",
            ),
        ]


class AuditEntry(ActedRow):
    """Someone did something, without the values: those can be erased and this cannot."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64)
    seal = models.ForeignKey(AuditSeal, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"], name="core_auditentry_object"),
            models.Index(fields=["at"], name="core_auditentry_at"),
            models.Index(fields=["id"], name="core_auditentry_unsealed", condition=Q(seal=None)),
        ]


class AuditValue(models.Model):
    """The values of one entry, erasable. Kept as text, so that the digest stays exact."""

    entry = models.OneToOneField(
        AuditEntry, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    document = models.TextField()

    @property
    def values(self) -> dict[str, Json]:
        """The values by name."""
        loaded: dict[str, Json] = json.loads(self.document)
        return loaded


class OutboxMessage(models.Model):
    """What an upper room may want to know; written with the change that it tells of."""

    topic = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["topic", "at"], name="core_outboxmessage_topic")]


class Job(models.Model):
    """Work that waits, runs under a lease, is done, or is parked for a person to look at."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: never the same job
    payload = models.JSONField(default=dict)
    run_at = models.DateTimeField()
    every_seconds = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    leased_by = models.CharField(max_length=200, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    wanted_again = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(finished_at=None),
                name="core_job_one_unfinished_per_key",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(parked_at=None),
                name="core_job_finished_or_parked",
            ),
            models.CheckConstraint(
                condition=Q(every_seconds=None) | Q(every_seconds__gte=1),
                name="core_job_period_positive",
            ),
            models.CheckConstraint(
                condition=Q(leased_by="", lease_until=None)
                | (~Q(leased_by="") & Q(lease_until__isnull=False)),
                name="core_job_lease_complete",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["run_at", "id"],
                condition=Q(finished_at=None, parked_at=None),
                name="core_job_due",
            ),
            models.Index(
                fields=["kind"],
                condition=Q(finished_at=None, parked_at__isnull=False),
                name="core_job_parked",
            ),
            models.Index(
                fields=["kind"],
                condition=Q(finished_at=None, every_seconds__isnull=False),
                name="core_job_periodic",
            ),
        ]


class Change(ActedRow):
    """A field of an object went from one value to another."""

    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=120)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=120)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id", "at"], name="core_change_object"),
        ]


class View(models.Model):
    """A person looked at a record on a local day. Kept only while reading may be followed."""

    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "user_id", "day"], name="core_view_once_a_day"
            )
        ]


class Setting(models.Model):
    """A declared setting that someone has set to other than its default."""

    key = models.CharField(max_length=120, unique=True)
    value = models.JSONField()
