"""What people have to do, and what they are told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.ids import uuid7
from teichaku.notify.kinds import GROUPS


class Task(models.Model):
    """One thing to do, for a person or for whoever holds a role.

    The title is kept as a kind and its parameters, so that each person reads it in their own
    language; ``key`` makes a room's task one, however often the room asks for it.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    params = models.JSONField(default=dict)
    address = models.TextField(blank=True)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=20, blank=True)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) ^ ~Q(role=""), name="notify_task_owner_or_role"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dismissed_at=None), name="notify_task_one_end"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "due_at"],
                condition=Q(done_at=None, dismissed_at=None),
                name="notify_task_open_owner",
            ),
            models.Index(
                fields=["role", "due_at"],
                condition=Q(done_at=None, dismissed_at=None),
                name="notify_task_open_role",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AttachedFile(models.Model):
    """A file that goes with notifications; kept once, however many people it is for."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """Something that a person is told once: one row per person and ``key``, if there is a key."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="")
    address = models.TextField(blank=True)
    key = models.CharField(max_length=200, blank=True, default="")
    files = models.ManyToManyField(AttachedFile)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"],
                condition=~Q(key=""),
                name="notify_notification_one_per_key",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notify_notification_user"),
            models.Index(
                fields=["user"], condition=Q(read_at=None), name="notify_notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"


class Via(models.TextChoices):
    """The ways out of the application; everybody who has an address has mail."""

    MAIL = "mail", _("Mail")
    LINE_WORKS = "line_works", "LINE WORKS"
    CHATWORK = "chatwork", "Chatwork"
    WEBHOOK = "webhook", "Slack · Teams · Google Chat · Discord"


class Way(models.TextChoices):
    """How a person is told, the most urgent first."""

    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("In the daily digest")
    APP = "app", _("In Teichaku only")


class Channel(models.Model):
    """Where a person is told besides by mail; the address is encrypted, for it can be a secret."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    via = models.CharField(max_length=12, choices=Via.choices)
    address = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "via"], name="notify_channel_one_per_way"),
            models.CheckConstraint(
                condition=Q(via__in=Via.values) & ~Q(via=Via.MAIL), name="notify_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.via} of {self.user_id}"


class Preference(models.Model):
    """How a person wants to be told of a group of notifications, against the default."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=12)
    way = models.CharField(max_length=12, choices=Way.choices)
    via = models.CharField(max_length=12, choices=Via.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "group"], name="notify_preference_once"),
            models.CheckConstraint(
                condition=Q(group__in=GROUPS) & Q(way__in=Way.values) & Q(via__in=Via.values),
                name="notify_preference_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} of {self.user_id}: {self.way}"


class DigestChoice(models.Model):
    """When and where a person gets the daily digest, against the default."""

    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.TimeField()
    via = models.CharField(max_length=12, choices=Via.choices)

    def __str__(self) -> str:
        return f"digest of {self.user_id} at {self.at}"


class ServiceAccess(models.Model):
    """What opens a chat service to the installation, as an administrator set it; encrypted."""

    via = models.CharField(max_length=12, choices=Via.choices, unique=True)
    secrets = models.TextField()
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.via


class Outgoing(models.Model):
    """What is sent out of the application, and how far it came.

    It waits until it is due, is being sent under a ``message`` token, and then is sent, skipped
    because it must not or need not go, or parked for an administrator to decide.
    """

    class State(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Not needed")
        PARKED = "parked", _("Needs a decision")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    message = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], settled_at=None)
                | Q(state__in=["sent", "skipped", "parked"], settled_at__isnull=False),
                name="notify_%(class)s_settled_or_open",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(message__isnull=False, claimed_at__isnull=False),
                name="notify_%(class)s_sent_under_token",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="waiting"), name="notify_%(class)s_due"
            ),
            models.Index(fields=["state", "-id"], name="notify_%(class)s_state"),
        ]


class Delivery(Outgoing):
    """The one way that a notification takes out of the application."""

    notification = models.OneToOneField(
        Notification, on_delete=models.PROTECT, related_name="delivery"
    )
    via = models.CharField(max_length=12, choices=Via.choices)
    digest = models.BooleanField()

    class Meta(Outgoing.Meta):
        indexes: ClassVar = [
            *Outgoing.Meta.indexes,
            models.Index(
                fields=["message"],
                condition=Q(message__isnull=False),
                name="notify_delivery_message",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification_id} by {self.via}: {self.state}"


class Letter(Outgoing):
    """A mail to somebody outside, who has no account; one per ``key``, sent at most once.

    The lead is no foreign key, for leads lie above.
    """

    class Purpose(models.TextChoices):
        """What the law asks before it may be sent."""

        TRANSACTIONAL = "transactional", _("Direct answer")
        ADVERTISING = "advertising", _("Advertising mail")

    key = models.CharField(max_length=200, unique=True)
    purpose = models.CharField(max_length=13, choices=Purpose.choices)
    address = models.TextField()
    lead_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=8)
    subject = models.TextField()
    body = models.TextField()
    link = models.TextField(blank=True, default="")
    link_label = models.TextField(blank=True, default="")
    queued_at = models.DateTimeField()

    class Meta(Outgoing.Meta):
        constraints: ClassVar = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(
                condition=Q(purpose__in=["transactional", "advertising"]),
                name="notify_letter_known_purpose",
            ),
        ]
        indexes: ClassVar = [
            *Outgoing.Meta.indexes,
            models.Index(
                fields=["claimed_at"], condition=Q(state="sending"), name="notify_letter_sending"
            ),
            models.Index(fields=["lead_id"], name="notify_letter_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.state}"
