"""What people keep for themselves on pages that cross rooms."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from teichaku.core.ids import uuid7


class SavedView(models.Model):
    """The conditions of a list under a name, for one person or for everybody."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.TextField()
    shared = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="console_savedview_name")
        ]

    def __str__(self) -> str:
        return self.name
