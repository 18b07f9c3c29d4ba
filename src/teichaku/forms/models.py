"""Forms, their revisions, and what people handed in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow


class Form(models.Model):
    """A form. Its ``draft`` is edited freely; what people see is the published revision.

    ``slug`` stands in its address and is the form's name in rules, so it stays.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.TextField()
    draft = models.JSONField()
    published = models.ForeignKey(
        "forms.FormRevision", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether people can hand it in."""
        return self.published_id is not None and self.archived_at is None


class FormRevision(ActedRow):
    """One edition of a form as it was published; known by the hash of its content."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    document = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "number"], name="forms_formrevision_number")
        ]

    def __str__(self) -> str:
        return f"{self.form_id} #{self.number}"


class Submission(models.Model):
    """What somebody handed in, with the consent text exactly as it was shown.

    One per ``nonce``, the number that the page brought along. What looks wrong waits for a person
    under ``suspicions``, and nothing came of it yet.
    """

    class State(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", _("Taken in")
        REVIEW = "review", _("To be looked at")
        DISCARDED = "discarded", _("Discarded")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    revision = models.ForeignKey(FormRevision, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    language = models.CharField(max_length=8)
    values = models.JSONField()
    email_key = models.TextField()
    # The text beside the box, whether it was ticked or not; none where the form asked for nothing.
    consent_text = models.ForeignKey(
        "consent.ConsentText", null=True, on_delete=models.PROTECT, related_name="+"
    )
    consented = models.BooleanField(default=False)
    page = models.TextField(blank=True)
    # The browser's identifier: a browser that is forgotten must not be held back by a form.
    visitor = models.UUIDField(null=True)
    state = models.CharField(max_length=9, choices=State.choices)
    suspicions = models.JSONField(default=list)
    marks = models.JSONField(default=list)
    lead = models.ForeignKey("leads.Lead", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["revision", "-id"], name="forms_submission_revision"),
            models.Index(fields=["email_key", "at"], name="forms_submission_email"),
            models.Index(
                fields=["-id"], condition=Q(state="review"), name="forms_submission_review"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="taken", lead__isnull=False)
                | Q(state__in=["review", "discarded"], lead=None),
                name="forms_submission_taken_has_lead",
            ),
            models.CheckConstraint(
                condition=Q(consented=False) | Q(consent_text__isnull=False),
                name="forms_submission_consented_to_a_text",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Confirmation(models.Model):
    """Somebody who agreed is asked by mail whether the address is theirs; until then no consent."""

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, related_name="confirmation"
    )
    asked = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.confirmed_at or 'open'}"


class Suggestion(models.Model):
    """A form says something else of a lead than is recorded; a person uses it or leaves it."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="suggestions")
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=20)
    recorded = models.TextField()
    text = models.TextField()
    at = models.DateTimeField()
    used = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["lead"], condition=Q(used=None), name="forms_suggestion_open")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "field"], name="forms_suggestion_once")
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.field}"


class BlockedAddress(ActedRow):
    """A pattern of mail addresses that no form takes, such as ``*@example.com``."""

    pattern = models.TextField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.pattern
