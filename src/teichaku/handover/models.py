"""MQLs given to people in sales: whose they were, what was decided, and what marketing answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow
from teichaku.rulebook.models import Immutable


class Handover(ActedRow):
    """An MQL given to an owner, who accepts or returns it. ``why`` tells why it is theirs.

    It could have been given at ``ready_at``; until ``assigned_at`` the delay is the system's, after
    it a person's. ``accept_due`` and ``touch_due`` are the present owner's; what was promised when
    it was first given stands in the first ``Assignment``.
    """

    class Stage(models.TextChoices):
        INSIDE = "inside"
        FIELD = "field"

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"
        RECYCLED = "recycled"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    qualification = models.ForeignKey(
        "scoring.Qualification", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    revision = models.ForeignKey("rulebook.Revision", on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=6, choices=Stage, default=Stage.FIELD)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    is_hot = models.BooleanField(default=False)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        "accounts.Team", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    why = models.JSONField(default=dict)
    ready_at = models.DateTimeField()
    released_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True)
    accept_due = models.DateTimeField(null=True)
    touch_due = models.DateTimeField(null=True)
    later_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    touched_at = models.DateTimeField(null=True)
    passed_on_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["qualification", "stage"], name="handover_handover_once_per_stage"
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(state="waiting"), name="handover_handover_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["inside", "field"])
                & Q(state__in=["waiting", "accepted", "returned", "withdrawn", "recycled"]),
                name="handover_handover_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="handover_handover_decided",
            ),
            models.CheckConstraint(
                condition=Q(owner=None, assigned_at=None)
                | Q(owner__isnull=False, assigned_at__isnull=False),
                name="handover_handover_owned_since",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "accept_due"],
                condition=Q(state="waiting"),
                name="handover_handover_waiting",
            ),
            models.Index(fields=["owner", "decided_at"], name="handover_handover_decided_at"),
            models.Index(fields=["released_at"], name="handover_handover_released"),
            models.Index(
                fields=["touch_due"],
                condition=Q(state="accepted", touched_at=None),
                name="handover_handover_untouched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.state}"


class Assignment(ActedRow, Immutable):
    """A handover came to somebody, with the deadlines that were theirs; only ever added."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="assignments")
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    accept_due = models.DateTimeField(null=True)
    touch_due = models.DateTimeField(null=True)
    why = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="handover_assignment_at")]

    def __str__(self) -> str:
        return f"{self.handover_id} → {self.owner_id}"


class Offer(ActedRow):
    """An owner asked a colleague to take a handover over; it moves when the colleague says yes."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="+")
    colleague = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["handover"],
                condition=Q(closed_at=None),
                name="handover_offer_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} → {self.colleague_id}?"


class Category(models.TextChoices):
    """What kind of reason a return has; only a definitional one speaks against the definition."""

    DEFINITIONAL = "definitional"
    CLERICAL = "clerical"
    PROCEDURAL = "procedural"


class Return(ActedRow):
    """A handover went back to marketing before contact, with the reason; taken back, it stays."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=12, choices=Category)
    reason = models.TextField()
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    reply_due = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["handover"],
                condition=Q(undone_at=None),
                name="handover_return_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="handover_return_category"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="handover_return_at")]

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.reason}"


class Reply(ActedRow, Immutable):
    """Marketing's answer to a return: taken up or not, and why."""

    returned = models.OneToOneField(
        Return, on_delete=models.PROTECT, primary_key=True, related_name="reply"
    )
    adopted = models.BooleanField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="handover_reply_at")]

    def __str__(self) -> str:
        return f"{self.returned_id}: {'adopted' if self.adopted else 'not adopted'}"


class Disqualification(ActedRow, Immutable):
    """After contact a lead turned out to be none for now; ``approach_again_on`` brings it back."""

    handover = models.OneToOneField(
        Handover, on_delete=models.PROTECT, primary_key=True, related_name="disqualification"
    )
    reason = models.TextField()
    note = models.TextField(blank=True, default="")
    approach_again_on = models.DateField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.reason}"


class Verdict(ActedRow):
    """Whether the MQL was a good one, as its owner says; the latest word counts."""

    handover = models.OneToOneField(
        Handover, on_delete=models.PROTECT, primary_key=True, related_name="verdict"
    )
    good = models.BooleanField()
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(good=True, reason="") | (Q(good=False) & ~Q(reason="")),
                name="handover_verdict_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id}: {'good' if self.good else self.reason}"


class Breach(Immutable):
    """A step that was taken because a deadline was missed; each is taken once."""

    class Clock(models.TextChoices):
        ACCEPT = "accept"
        TOUCH = "touch"

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="breaches")
    clock = models.CharField(max_length=6, choices=Clock)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField()
    did = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["handover", "clock", "due_at", "step"], name="handover_breach_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.clock} {self.step}"


class Capacity(models.Model):
    """How many leads a person takes in a week, and their weight beside others in hundredths."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    per_week = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField(default=100)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(per_week__lte=1000, weight__lte=1000), name="handover_capacity_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.per_week}"
