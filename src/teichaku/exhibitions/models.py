"""Exhibitions, the sheets of visitors that were handed in, and what follows from each visit."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow
from teichaku.exhibitions.words import Group, HeldBack, RankBy, Result


class Exhibition(ActedRow):
    """A fair at which leads were met; its name, days and cost are those of the campaign.

    ``follow_up_at`` is when thank-you mails leave and calls are given out. ``mail_groups`` are
    thanked, visitors of ``call_ranks`` are called.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    campaign = models.OneToOneField("leads.Campaign", on_delete=models.PROTECT, related_name="+")
    venue = models.TextField(blank=True)
    made_at = models.DateTimeField()
    follow_up_at = models.DateTimeField(null=True)
    mail_on = models.BooleanField(default=False)
    mail_groups = models.JSONField(default=list)
    call_ranks = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["follow_up_at"],
                condition=Q(follow_up_at__isnull=False),
                name="exhibitions_exhibition_due",
            )
        ]

    def __str__(self) -> str:
        return str(self.campaign)


class MailText(models.Model):
    """The thank-you mail to visitors of a rank; that of rank '' goes to all without one of theirs.

    ``{name}``, ``{company}`` and ``{exhibition}`` stand for what they say.
    """

    exhibition = models.ForeignKey(Exhibition, on_delete=models.CASCADE, related_name="mails")
    rank = models.CharField(max_length=1, blank=True)
    subject = models.TextField()
    body = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exhibition", "rank"], name="exhibitions_mailtext_rank")
        ]

    def __str__(self) -> str:
        return f"{self.exhibition_id} {self.rank}: {self.subject}"


class Sheet(ActedRow):
    """A file of visitors: how it is read beside the columns of its upload, and on what ground.

    ``columns`` names those with rank, memo and time of the visit; ``ranks`` says which rank each
    text means. ``counts`` is what came of it.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    exhibition = models.ForeignKey(Exhibition, on_delete=models.PROTECT, related_name="sheets")
    upload = models.OneToOneField("intake.Upload", on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    columns = models.JSONField(default=dict)
    ranks = models.JSONField(default=dict)
    basis_kind = models.CharField(max_length=21, blank=True)
    obtained_on = models.DateField(null=True)
    evidence = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file_name


class Visitor(models.Model):
    """A lead met at an exhibition. ``lead`` stays as recorded; a merge moves its root.

    ``note`` is what was talked about. ``owner`` is whoever has the account or the open deal.
    ``followed_up_at`` is when it was decided whether to thank and to call.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    exhibition = models.ForeignKey(
        Exhibition, on_delete=models.PROTECT, related_name="visitors", db_index=False
    )
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="visitors")
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=10, choices=Group)
    is_new = models.BooleanField()
    rank = models.CharField(max_length=1, blank=True)
    rank_by = models.CharField(max_length=5, choices=RankBy, blank=True)
    note = models.TextField(blank=True)
    visited_at = models.DateTimeField()
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    followed_up_at = models.DateTimeField(null=True)
    held_back = models.CharField(max_length=21, choices=HeldBack, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exhibition", "lead"], name="exhibitions_visitor_once"),
            models.CheckConstraint(
                condition=Q(group__in=Group.values)
                & Q(rank__in=["", "A", "B", "C"])
                & Q(rank_by__in=["", *RankBy.values]),
                name="exhibitions_visitor_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["exhibition", "rank", "id"], name="exhibitions_visitor_rank"),
            models.Index(
                fields=["exhibition"],
                condition=Q(followed_up_at=None),
                name="exhibitions_visitor_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exhibition_id}: {self.lead_id}"


class Call(models.Model):
    """A visitor to be called. ``why`` tells why it is its owner's; None: a manager has to give it.

    ``tried_at`` is the first attempt, ``settled_at`` the end of it.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    visitor = models.OneToOneField(Visitor, on_delete=models.PROTECT, related_name="call")
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    why = models.CharField(max_length=20)
    task = models.OneToOneField(
        "notify.Task", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=Result, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(result__in=["", *Result.values]), name="exhibitions_call_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "due_at"],
                condition=Q(settled_at=None),
                name="exhibitions_call_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visitor_id}: {self.result or 'open'}"
