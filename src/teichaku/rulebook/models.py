"""Immutable revisions of the rulebook, and the record of which was in force when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NoReturn

from django.db import models
from django.db.models.base import ModelBase

from teichaku.core.ids import uuid7


class Immutable(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Nothing; a row that exists already raises TypeError."""
        if not self._state.adding:
            raise TypeError(f"a {self._meta.verbose_name} is never changed; write a new one")
        super().save(force_insert=True, using=using)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        """Never anything but TypeError."""
        raise TypeError(f"a {self._meta.verbose_name} is never deleted")


class Revision(Immutable):
    """One edition of the whole document, known by the hash of its content."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    hash = models.CharField(max_length=64, unique=True)
    document = models.TextField()
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )


class RevisionSection(Immutable):
    """A section's own hash: approvals and attestations bind to it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="sections")
    name = models.CharField(max_length=60)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["revision", "name"], name="rulebook_revisionsection_unique"
            ),
        ]


class RevisionRule(Immutable):
    """A rule's own hash: decisions cite it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="rules")
    rule_id = models.CharField(max_length=120)
    section = models.CharField(max_length=60)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["revision", "rule_id"], name="rulebook_revisionrule_unique"
            ),
        ]


class Activation(Immutable):
    """A revision was put in force; the latest of those that have taken effect is the one."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="activations")
    effective_from = models.DateTimeField()
    at = models.DateTimeField()
    actor_user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.TextField(blank=True, default="")
    break_glass = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(break_glass=False) | ~models.Q(reason=""),
                name="rulebook_activation_break_glass_reasoned",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["effective_from", "id"], name="rulebook_activation_effective"),
        ]
