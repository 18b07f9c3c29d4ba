"""People and organisations known to marketing, and the ledgers of what happened to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow
from teichaku.leads.expressions import EmailDomain, NameStart
from teichaku.leads.names import email_domain, email_is_free, email_is_role


class Company(models.Model):
    """An organisation. ``root`` is the row itself until a merge points it at the kept one."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    root = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+")
    name = models.TextField(blank=True)
    name_key = models.TextField(blank=True)
    corporate_number = models.CharField(max_length=13, blank=True)
    domain = models.TextField(blank=True)
    industry = models.TextField(blank=True)
    employees = models.BigIntegerField(null=True)
    prefecture = models.TextField(blank=True)
    is_competitor = models.BooleanField(null=True)
    attributes = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["name_key"], name="leads_company_name_key"),
            models.Index(fields=["domain"], name="leads_company_domain"),
            models.Index(NameStart("name_key"), name="leads_company_name_start"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["corporate_number"],
                condition=~Q(corporate_number="") & Q(root=F("id")),
                name="leads_company_corporate_number",
            ),
            models.CheckConstraint(
                condition=Q(employees__isnull=True) | Q(employees__gte=0),
                name="leads_company_employees",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyIdentity(models.Model):
    """The name of a company in another system."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="identities")
    system = models.TextField()
    external_id = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"], name="leads_companyidentity_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class Lead(models.Model):
    """A person. Events and deals keep the lead they were recorded for; a merge moves ``root``."""

    class Kind(models.TextChoices):
        KNOWN = "known"
        ANONYMOUS = "anonymous"
        ERASED = "erased"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    root = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.KNOWN)
    email = models.TextField(blank=True)
    email_key = models.TextField(blank=True)
    name = models.TextField(blank=True)
    kana = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    company = models.ForeignKey(Company, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.TextField(blank=True)
    department = models.TextField(blank=True)
    source = models.TextField(blank=True)
    campaign = models.TextField(blank=True)
    created_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    stage = models.TextField(blank=True)
    owner = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    attributes = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["email_key"], name="leads_lead_email_key"),
            models.Index(fields=["kana", "id"], name="leads_lead_kana"),
            models.Index(fields=["created_at", "id"], name="leads_lead_created_at"),
            models.Index(fields=["stage"], name="leads_lead_stage"),
            models.Index(fields=["source"], name="leads_lead_source"),
            models.Index(EmailDomain("email_key"), name="leads_lead_email_domain"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["known", "anonymous", "erased"]), name="leads_lead_kind"
            )
        ]

    def __str__(self) -> str:
        if self.kind == self.Kind.ERASED:
            return _("(erased person)")
        return self.name or self.email or str(self.uid)

    @property
    def email_is_free(self) -> bool:
        """Whether the address is at a provider that anyone can join."""
        return email_is_free(email_domain(self.email_key))

    @property
    def email_is_role(self) -> bool:
        """Whether the address belongs to a function (info@, sales@) rather than a person."""
        return email_is_role(self.email_key)


class LeadIdentity(models.Model):
    """The name of a lead in another system."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="identities")
    system = models.TextField()
    external_id = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"], name="leads_leadidentity_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class SearchText(models.Model):
    """What a root lead is found by: name, reading, address and company, folded, a line each."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True, related_name="+")
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.lead_id)


class MergeEntry(ActedRow):
    """One merge of two roots; undone ones stay, and roots are what the others replay to.

    ``fields`` holds, for each field that the merged one had a value of, whose was taken, what both
    had, and what the kept one has had from then on.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kept = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="leads_mergeentry_merged"
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("merged")), name="leads_mergeentry_two_leads"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class CompanyMergeEntry(ActedRow):
    """One merge of two root companies; undone ones stay, and roots are what the others replay to.

    ``filled`` holds what the kept one got for its blanks, ``attribute.NAME`` among it.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kept = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    filled = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at=None),
                name="leads_companymergeentry_merged",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("merged")), name="leads_companymergeentry_two_companies"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class DuplicateSearch(models.Model):
    """A search through all companies, or leads, for those that look like one: how far, what found.

    It goes on after the last of its ``parts`` that is whole; their ``pairs`` are kept until the
    end. Each of ``groups`` is ids with the reason, what they share and how alike they are.
    """

    kind = models.CharField(max_length=7, default="company", db_default="company")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    records = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    parts = models.PositiveSmallIntegerField(default=0, db_default=0)
    pairs = models.JSONField(default=list)
    groups = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["lead", "company"]), name="leads_duplicatesearch_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class StageEntry(ActedRow):
    """A lead entered a stage."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.TextField()
    reason = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["lead", "at"], name="leads_stageentry_lead_at")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.stage}"


class AttributeDefinition(models.Model):
    """A company's own field of leads, companies, deals or events, with the type of its values."""

    class Type(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        BOOLEAN = "boolean"
        DATE = "date"

    object = models.TextField()
    name = models.TextField()
    type = models.CharField(max_length=7, choices=Type)
    label = models.TextField(blank=True)
    indexed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["object", "name"], name="leads_attributedefinition_name"
            ),
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "boolean", "date"]),
                name="leads_attributedefinition_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object}.{self.name}"


class DistinctPair(ActedRow):
    """Two roots that look like one, and that a person has said are not."""

    class Kind(models.TextChoices):
        LEAD = "lead"
        COMPANY = "company"

    kind = models.CharField(max_length=7, choices=Kind)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "first_id", "second_id"], name="leads_distinctpair_once"
            ),
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")), name="leads_distinctpair_ordered"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["lead", "company"]), name="leads_distinctpair_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.first_id} ≠ {self.second_id}"


class Campaign(models.Model):
    """Something that was done to win leads, and what it cost; leads name it in ``campaign``."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.TextField(unique=True)
    source = models.TextField(blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    cost = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="leads_campaign_cost"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="leads_campaign_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name
