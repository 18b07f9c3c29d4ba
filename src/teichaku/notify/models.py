"""What people have to do, and what they are told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teichaku.core.ids import uuid7


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


class Notification(models.Model):
    """Something that a person is told once."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    address = models.TextField(blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notify_notification_user"),
            models.Index(
                fields=["user"], condition=Q(read_at=None), name="notify_notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"
