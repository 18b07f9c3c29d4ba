"""Events as they were recorded, the dictionary of their shapes, and where they are caught."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.ids import uuid7


class Signature(models.Model):
    """The shape of an event: its type and the object it touched. '' stands for an absent part."""

    type = models.TextField()
    path = models.TextField(blank=True)
    form = models.TextField(blank=True)
    asset = models.TextField(blank=True)
    campaign = models.TextField(blank=True)
    rank = models.TextField(blank=True)
    # When the first such event happened: since when a missing one means anything.
    first_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["type", "path", "form", "asset", "campaign", "rank"],
                name="tracking_signature_shape",
            )
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.type, self.path or self.form or self.asset)))


class Event(models.Model):
    """A fact about a lead in time. Written later are ``retracted_at`` alone, and ``origin`` where
    a person corrects the bot filter.
    """

    class Origin(models.TextChoices):
        HUMAN = "human"
        BOT = "bot"
        UNKNOWN = "unknown"

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    source = models.TextField()
    external_id = models.TextField()
    url = models.TextField(blank=True)
    duration = models.FloatField(null=True)
    recorded_at = models.DateTimeField()
    actor = models.TextField(blank=True)
    origin = models.CharField(max_length=7, choices=Origin, default=Origin.HUMAN)
    attributes = models.JSONField(null=True)
    retracted_at = models.DateTimeField(null=True)

    class Meta:
        # The migration adds a BRIN index on ``at`` where the database is PostgreSQL.
        indexes: ClassVar = [models.Index(fields=["lead", "at"], name="tracking_event_lead_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="tracking_event_external_id"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["human", "bot", "unknown"]), name="tracking_event_origin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class LastEvent(models.Model):
    """When a root lead last did something that counts; derived, a job follows what is written."""

    lead = models.OneToOneField(
        "leads.Lead", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(F("at").desc(), F("lead"), name="tracking_lastevent_at")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.at:%Y-%m-%d}"


class Site(models.Model):
    """A web site whose visits are caught: its tag names it by ``key``, which is no secret."""

    class Mode(models.TextChoices):
        NOTICE = "notice", _("Measure, and tell visitors so")
        ASK = "ask", _("Measure only after a visitor has agreed")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=24, unique=True)
    name = models.TextField()
    hosts = models.JSONField(default=list)
    cookie_domain = models.TextField(blank=True)
    mode = models.CharField(max_length=6, choices=Mode, default=Mode.NOTICE)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(archived_at=None), name="tracking_site_name"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["notice", "ask"]), name="tracking_site_mode"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SiteHour(models.Model):
    """What came from a site in one hour, counted when it was recorded or refused."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    accepted = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    bots = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "hour"], name="tracking_sitehour_once")
        ]

    def __str__(self) -> str:
        return f"{self.site_id}: {self.hour:%Y-%m-%d %H}"


class Visitor(models.Model):
    """A browser, known by the identifier in its cookie, and the anonymous lead that it acts as.

    ``lead`` never changes; once the browser is known to be somebody's, that lead has another root.
    """

    uid = models.UUIDField(unique=True, editable=False)
    lead = models.OneToOneField("leads.Lead", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    origin = models.CharField(max_length=7, choices=Event.Origin, default=Event.Origin.HUMAN)
    reason = models.CharField(max_length=20, blank=True, default="")
    agent = models.TextField(blank=True, default="")
    # A person said that this is one: nothing of it is filtered from then on.
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["last_at"], name="tracking_visitor_last_at"),
            models.Index(
                fields=["reason", "last_at"],
                condition=~Q(origin="human"),
                name="tracking_visitor_filtered",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(origin__in=["human", "bot", "unknown"]), name="tracking_visitor_origin"
            )
        ]

    def __str__(self) -> str:
        return str(self.uid)


class SameDevice(models.Model):
    """A lead came by a browser that is, or may be, somebody else's: a hint, and never more."""

    class How(models.TextChoices):
        FORM = "form", _("Sent a form from a browser that is known as somebody else's")
        LINK = "link", _("Used a link that was made for this lead")

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=4, choices=How)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["visitor", "lead", "how"], name="tracking_samedevice_once"
            ),
            models.CheckConstraint(
                condition=Q(how__in=["form", "link"]), name="tracking_samedevice_how"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visitor_id} ~ {self.lead_id}"


class Beacon(models.Model):
    """What a browser sent, as it came: acknowledged once it is here, turned into events by a job.

    ``parked`` says why it could not be turned; it then waits for a person.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    visitor = models.UUIDField()
    payload = models.TextField()
    agent = models.TextField(blank=True)
    hint = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    lag_ms = models.BigIntegerField(null=True)
    parked = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(done_at=None, parked=""), name="tracking_beacon_waiting"
            ),
            models.Index(fields=["site", "id"], name="tracking_beacon_site"),
            models.Index(fields=["id"], condition=~Q(parked=""), name="tracking_beacon_parked"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id}: {self.pk}"


class Token(models.Model):
    """What lets another system send events: a secret that is shown once and kept as a digest.

    A webhook signs with its secret instead of sending it, so that one is kept, encrypted.
    """

    class Kind(models.TextChoices):
        API = "api", _("API token")
        WEBHOOK = "webhook", _("Webhook")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=7, choices=Kind)
    name = models.TextField()
    source = models.TextField()
    scopes = models.JSONField(default=list)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, blank=True)
    sealed = models.TextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="api", sealed="") & ~Q(digest="")
                | Q(kind="webhook", digest="") & ~Q(sealed=""),
                name="tracking_token_secret",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Asset(models.Model):
    """A file that is handed out (資料), under a title that stays while its file is renewed."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    title = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["title"], condition=Q(archived_at=None), name="tracking_asset_title"
            )
        ]

    def __str__(self) -> str:
        return self.title


class AssetVersion(models.Model):
    """One file of an asset; the newest one is handed out, older ones stay on record."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "number"], name="tracking_assetversion_number")
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.name}"
