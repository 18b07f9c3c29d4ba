"""The pipeline: stages, deals, how they moved, and what was done about them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow
from teichaku.rulebook.models import Immutable

RESERVED = {("won", "Won"): _("Won"), ("lost", "Lost"): _("Lost")}  # as they come, by key and label


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

    @property
    def shown(self) -> str:
        """The label; of the two that always exist, unless renamed, in the language in use."""
        return str(RESERVED.get((self.key, self.label), self.label))


class Deal(models.Model):
    """A possible sale. ``lead`` stays as recorded; a file's date has no ``…_at``, an instant both.

    ``created_event`` and ``outcome_event`` are the live events that tell the lead's history of it.
    While ``is_pending`` no figure counts it. ``unknowns`` are fields answered with 不明, each with
    the day to ask again. ``source`` is what wrote it first, blank where that was no way of ours.
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
    # What the file says of the lead; kept, because that lead may come in a later file.
    lead_reference = models.TextField(blank=True)
    email = models.TextField(blank=True)
    contact = models.TextField(blank=True)
    corporate_number = models.CharField(max_length=13, blank=True)
    domain = models.TextField(blank=True)
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
    # The database fills what follows, so that bulk writers need not name it.
    source = models.TextField(blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1)
    is_pending = models.BooleanField(default=False, db_default=False)
    next_action = models.TextField(blank=True, default="", db_default="")
    next_action_on = models.DateField(null=True)
    deciding_factor = models.TextField(blank=True, default="", db_default="")
    competitor = models.TextField(blank=True, default="", db_default="")
    approach_again_on = models.DateField(null=True)
    channel = models.ForeignKey(
        "leads.Company", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unknowns = models.JSONField(null=True)

    class Meta:
        # Without them each event that is deleted would look through all deals.
        indexes: ClassVar = [
            models.Index(
                fields=["created_event"],
                condition=Q(created_event__isnull=False),
                name="deals_deal_created_event",
            ),
            models.Index(
                fields=["outcome_event"],
                condition=Q(outcome_event__isnull=False),
                name="deals_deal_outcome_event",
            ),
            # The orders in which long lists are asked for.
            models.Index(fields=["close_on", "id"], name="deals_deal_close_on"),
            models.Index(F("amount").desc(), F("id"), name="deals_deal_amount"),
        ]
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


class DealLeadCandidate(models.Model):
    """A lead that a deal may have come from, until a person says yes or no."""

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed"
        REJECTED = "rejected"

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="+", db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    key = models.TextField()
    confidence = models.FloatField()
    recorded_at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deal", "lead"], name="deals_dealleadcandidate_deal_lead"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=["confirmed", "rejected"], decided_at__isnull=False),
                name="deals_dealleadcandidate_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.lead_id}?"


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
    """Something done, or agreed to be done next, about a deal, a lead or a company.

    ``unknowns`` are answers that are 不明 so far, each with the day to ask again.
    """

    system = models.TextField()
    external_id = models.TextField()
    deal = models.ForeignKey(
        Deal, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
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
    note = models.TextField(blank=True, default="", db_default="")
    attributes = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, db_default=1)
    unknowns = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["deal", "at"], name="deals_activity_deal_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"], name="deals_activity_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class Waiver(ActedRow):
    """An exception from a gate: asked for with a reason, answered, and never without an end.

    ``answer_due_at`` passes it on to the deputy; ``valid_until`` ends a granted one; by
    ``link_due_at`` the owner has to have linked the deal after a no or an end. ``handed_to`` took
    it over from an approver who left.
    """

    class State(models.TextChoices):
        OPEN = "open"
        GRANTED = "granted"
        REJECTED = "rejected"
        ENDED = "ended"
        SETTLED = "settled"
        VIOLATED = "violated"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="+")
    gate_id = models.CharField(max_length=120)
    rule_hash = models.CharField(max_length=64)
    revision = models.ForeignKey("rulebook.Revision", on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=80)
    reason = models.TextField()
    note = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    approver_role = models.CharField(max_length=20)
    deputy_role = models.CharField(max_length=20, blank=True, default="")
    requested_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(null=True)
    passed_on_at = models.DateTimeField(null=True)
    held_until_answered = models.BooleanField(default=False)
    handed_to = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    longest_days = models.PositiveIntegerField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_as_deputy = models.BooleanField(default=False)
    answer_note = models.TextField(blank=True, default="")
    valid_until = models.DateTimeField(null=True)
    link_due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["deal", "gate_id"],
                condition=Q(closed_at=None),
                name="deals_waiver_one_running",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["open", "granted", "rejected", "ended", "settled", "violated"]
                ),
                name="deals_waiver_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["state", "id"], condition=Q(closed_at=None), name="deals_waiver_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.gate_id}: {self.state}"


class GateDecision(ActedRow, Immutable):
    """What a gate said of one write and what was done about it. ``digest`` tells equal attempts
    apart from different ones without keeping what they held.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    at = models.DateTimeField()
    gate_id = models.CharField(max_length=120)
    rule_hash = models.CharField(max_length=64)
    revision = models.ForeignKey("rulebook.Revision", on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=80)
    deal = models.ForeignKey(Deal, null=True, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(
        "leads.Company", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mode = models.CharField(max_length=6)
    result = models.CharField(max_length=6)
    applied = models.BooleanField()
    failing = models.JSONField(default=list)
    remedies = models.JSONField(default=list)
    taken = models.CharField(max_length=20, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    waiver = models.ForeignKey(Waiver, null=True, on_delete=models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField(null=True)
    source = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(result__in=["allow", "record", "warn", "block", "waived"])
                & Q(mode__in=["shadow", "warn", "block"]),
                name="deals_gatedecision_known",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["gate_id", "at"], name="deals_gatedecision_gate_at")
        ]

    def __str__(self) -> str:
        return f"{self.gate_id}: {self.result}"


class GateReview(ActedRow):
    """Somebody looked at a refusal or warning afterwards and said whether the gate was right."""

    decision = models.OneToOneField(GateDecision, on_delete=models.CASCADE, primary_key=True)
    wrong = models.BooleanField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision_id}: {'wrong' if self.wrong else 'right'}"


class SalesTarget(models.Model):
    """What a person is to win in a month, in yen without tax."""

    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    amount = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "month"], name="deals_salestarget_owner_month"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deals_salestarget_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.month:%Y-%m}"
