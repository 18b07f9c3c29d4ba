"""What people owe, how long entries take, and on which days all of it was gone through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.ids import uuid7

OPEN, ON_TIME, LATE, WAIVED, VOID = "open", "met_on_time", "met_late", "waived", "void"


class Obligation(models.Model):
    """An entry that somebody owes. Without ``owner`` it is up to whoever holds the role.

    It is overdue while it is open and past due. ``settled_at`` is when it was met, excepted or
    became void; what is settled never changes again.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    rule_id = models.CharField(max_length=120)
    rule_hash = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    occurrence = models.CharField(max_length=200)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=11, default=OPEN, db_default=OPEN)
    settled_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    waive_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "rule_id", "occurrence"],
                name="inputs_obligation_once",
            ),
            models.CheckConstraint(
                condition=Q(state=OPEN, settled_at=None)
                | Q(state__in=[ON_TIME, LATE, WAIVED, VOID], settled_at__isnull=False),
                name="inputs_obligation_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state=WAIVED) | (Q(waived_by__isnull=False) & ~Q(waive_reason="")),
                name="inputs_obligation_waived_with_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "owner"], name="inputs_obligation_due"),
            models.Index(
                fields=["owner", "due_at"], condition=Q(state=OPEN), name="inputs_obligation_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.state}"


class InputTiming(models.Model):
    """How long somebody took from the first key to saving; not who."""

    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    elapsed_ms = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="inputs_inputtiming_of")
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}: {self.elapsed_ms} ms"


class FullPass(models.Model):
    """A local day on which every obligation was gone through."""

    day = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.day.isoformat()


class Inquiry(models.Model):
    """A manager is asked why a person's entries for a rule are missing.

    It is answered with a cause and the day by which they will be made; or it is closed without, as
    all of them were entered in the meantime.
    """

    class Cause(models.TextChoices):
        WORKLOAD = "workload", _("Too much work")
        RULE_UNCLEAR = "rule_unclear", _("The rule is not clear")
        RULE_MISFIT = "rule_misfit", _("The rule does not fit the work")
        NOT_KNOWN_YET = "not_known_yet", _("Not known yet")
        ABSENT = "absent", _("Was away")
        FORGOTTEN = "forgotten", _("Was forgotten")
        OTHER = "other", _("Other")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    rule_id = models.CharField(max_length=120)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField("notify.Task", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    cause = models.CharField(max_length=20, blank=True, default="", choices=Cause.choices)
    words = models.TextField(blank=True, default="")
    promised_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, cause="", promised_on=None)
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False)
                    & Q(promised_on__isnull=False)
                    & ~Q(cause="")
                ),
                name="inputs_inquiry_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(cause="other") | ~Q(words=""), name="inputs_inquiry_other_in_words"
            ),
            models.UniqueConstraint(
                fields=["person", "rule_id"],
                condition=Q(answered_at=None, closed_at=None),
                name="inputs_inquiry_one_waiting",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["answered_at"], name="inputs_inquiry_answered")]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.cause or 'waiting'}"


class FollowUp(models.Model):
    """A step of the follow-up ladder that was taken about an input task, or why it was not.

    ``recover_by`` ends the business days in which an entry counts as brought about by it.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        LAPSED = "lapsed", _("Too late to be done")
        NOBODY = "nobody", _("Nobody to tell")
        NOT_ALLOWED = "not_allowed", _("Not allowed by the monitoring policy")
        RULE_IN_DOUBT = "rule_in_doubt", _("The rule is looked at instead")

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="follow_ups")
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    recover_by = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    inquiry = models.ForeignKey(
        Inquiry, null=True, on_delete=models.PROTECT, related_name="follow_ups"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["obligation", "step"], name="inputs_followup_once"),
            models.CheckConstraint(
                condition=Q(step__gte=1, step__lte=4), name="inputs_followup_known_step"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="inputs_followup_at")]

    def __str__(self) -> str:
        return f"{self.obligation_id}: {self.step} {self.outcome}"


class Snooze(models.Model):
    """The person put the next message about an input task off to a day, and said why.

    ``after_step``: the step that had been taken then. The deadline stays where it is.
    """

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="snoozes")
    after_step = models.PositiveSmallIntegerField()
    until = models.DateField()
    reason = models.TextField()
    at = models.DateTimeField()
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["obligation", "after_step"], name="inputs_snooze_once_a_step"
            ),
            models.CheckConstraint(
                condition=Q(after_step__in=[0, 1]), name="inputs_snooze_before_messages"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="inputs_snooze_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id}: {self.until}"


class RuleDefect(models.Model):
    """A rule that does not work: the role that answers for it changes it, or says why it stays.

    ``cause`` is what so many people gave as the reason; blank: most people miss the rule.
    """

    class Decision(models.TextChoices):
        CHANGE = "change", _("A change is proposed")
        KEEP = "keep", _("The rule stays as it is")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    rule_id = models.CharField(max_length=120)
    cause = models.CharField(max_length=20, blank=True, default="", choices=Inquiry.Cause.choices)
    people = models.PositiveIntegerField()
    of_people = models.PositiveIntegerField(null=True)
    role = models.CharField(max_length=20)
    task = models.OneToOneField("notify.Task", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    decision = models.CharField(max_length=10, blank=True, default="", choices=Decision.choices)
    reason = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule_id"], condition=Q(decided_at=None), name="inputs_ruledefect_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="", decided_by=None)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
                name="inputs_ruledefect_decided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.decision or 'open'}"
