"""Grounds for sending and refusals of it, each with its evidence; rows are added, never edited.

An address is looked up by its keyed digest, so that a refusal outlives the erasure of the address.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.consent.words import Channel, Kind, Reason
from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow


class ConsentText(models.Model):
    """A text that people agreed to, exactly as it was shown; each text once."""

    hash = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.hash[:12]


class Basis(ActedRow):
    """A ground on which advertising may be sent to an address, with its evidence."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    digest = models.CharField(max_length=64)
    address = models.TextField(blank=True)
    kind = models.CharField(max_length=21, choices=Kind)
    obtained_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    evidence = models.TextField(blank=True)
    source = models.CharField(max_length=20)
    source_detail = models.TextField(blank=True)
    text = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT, related_name="+")
    document = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "digest"], name="consent_basis_address"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "digest", "kind", "obtained_at", "source", "source_detail"],
                condition=Q(withdrawn_at=None),
                name="consent_basis_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="consent_basis_kind"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="consent_basis_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.kind}"


class Withdrawal(ActedRow):
    """A ground no longer holds, and why."""

    basis = models.OneToOneField(Basis, on_delete=models.CASCADE, related_name="withdrawal")
    at = models.DateTimeField()
    why = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.basis_id)


class Refusal(ActedRow):
    """Nothing may be sent to an address or to a whole domain (``@example.jp``); beats every ground.

    With a ``purpose`` only advertising about that; with ``until`` only so long.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    channel = models.CharField(max_length=5, choices=Channel)
    digest = models.CharField(max_length=64)
    address = models.TextField(blank=True)
    purpose = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=13, choices=Reason)
    source = models.CharField(max_length=20)
    source_detail = models.TextField(blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "digest"], name="consent_refusal_address"),
            models.Index(fields=["address"], name="consent_refusal_text"),
            models.Index(fields=["reason", "id"], name="consent_refusal_reason"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "digest", "reason", "purpose"],
                condition=Q(lifted_at=None),
                name="consent_refusal_once",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values), name="consent_refusal_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="consent_refusal_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"


class Lift(ActedRow):
    """A refusal no longer holds, and on what evidence."""

    refusal = models.OneToOneField(Refusal, on_delete=models.CASCADE, related_name="lift")
    at = models.DateTimeField()
    why = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.refusal_id)


class MailStatus(models.Model):
    """Whether advertising may be mailed to a root lead, and why; derived, for lists and counts."""

    lead = models.OneToOneField(
        "leads.Lead", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    status = models.CharField(max_length=21)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["status", "lead"], name="consent_mailstatus_of")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.status}"


class Erasure(ActedRow):
    """Somebody asked that a person's data go; somebody else decides, then a job does it."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for approval")
        APPROVED = "approved", _("Being erased")
        REJECTED = "rejected", _("Not approved")
        DONE = "done", _("Erased")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    at = models.DateTimeField()
    reason = models.TextField()
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")
    named_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead"],
                condition=Q(state__in=["asked", "approved"]),
                name="consent_erasure_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "approved", "rejected", "done"]),
                name="consent_erasure_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.state}"


class ErasureRecord(models.Model):
    """An erasure as every restored copy must repeat it: ids and keyed digests, no values."""

    erasure_uid = models.UUIDField(unique=True)
    leads = models.JSONField()
    digests = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.erasure_uid)
