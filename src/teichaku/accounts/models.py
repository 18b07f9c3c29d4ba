"""People, where they work, and what they may do."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.measured import WHATS, labels_of
from teichaku.accounts.names import folded_email
from teichaku.core import clock
from teichaku.core.ids import uuid7
from teichaku.core.registry import Text


class Role(models.TextChoices):
    """The closed list of roles; one person may hold several."""

    MARKETER = "marketer", _("Marketer")
    INSIDE_SALES = "inside_sales", _("Inside sales")
    SALES_REP = "sales_rep", _("Sales rep")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    MARKETING_MANAGER = "marketing_manager", _("Marketing manager")
    EXECUTIVE = "executive", _("Executive")
    ADMINISTRATOR = "administrator", _("Administrator")
    COACH = "coach", _("Outside coach")


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail however it is spelt; creation goes through the services."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with that e-mail, or ``User.DoesNotExist``."""
        return self.get(email=folded_email(username or ""))


class User(AbstractBaseUser):
    """A person; one who only appears in files has no e-mail or cannot sign in."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(  # noqa: DJ001 - null: many have none, and it is unique
        _("E-mail address"), null=True, unique=True
    )
    name = models.CharField(_("Name"), max_length=200)
    kana = models.CharField(_("Reading of the name"), max_length=200, blank=True, default="")
    manager = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField(default=True)
    can_sign_in = models.BooleanField(default=True)
    language = models.CharField(_("Language"), max_length=5, blank=True, default="")
    date_joined = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=None) | Q(email=Lower("email")), name="accounts_user_email_lower"
            ),
            models.CheckConstraint(
                condition=Q(can_sign_in=False) | Q(email__isnull=False),
                name="accounts_user_signs_in_by_email",
            ),
            models.CheckConstraint(
                condition=Q(manager=None) | ~Q(manager=F("id")),
                name="accounts_user_not_own_manager",
            ),
        ]

    def get_full_name(self) -> str:
        """The name as people write it."""
        return self.name


class UserIdentity(models.Model):
    """The name by which another system knows a person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    system = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"], name="accounts_useridentity_unique"
            ),
        ]


class Department(models.Model):
    """A department, as the company names it."""

    name = models.CharField(max_length=200, unique=True)


class Team(models.Model):
    """A team that leads are handed to."""

    key = models.SlugField(max_length=60, unique=True, allow_unicode=True)
    label = models.CharField(max_length=200)


class DatedRow(models.Model):
    """Holds from a day on, until before another one or for good."""

    starts_on = models.DateField()
    ends_before = models.DateField(null=True)

    class Meta:
        abstract = True


class Membership(DatedRow):
    """A person's time in a department."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="accounts_membership_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ends_before=None),
                name="accounts_membership_one_at_present",
            ),
        ]


class TeamMembership(DatedRow):
    """A person's time in a team; several teams at once are usual."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="team_memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="accounts_teammembership_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "team"],
                condition=Q(ends_before=None),
                name="accounts_teammembership_once_at_present",
            ),
        ]


class RoleGrant(DatedRow):
    """A person's time in a role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="accounts_rolegrant_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_rolegrant_known_role"
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ends_before=None),
                name="accounts_rolegrant_once_at_present",
            ),
        ]


class RoleRight(models.Model):
    """An administrator's decision that a role has a right, or has it not, against the default."""

    role = models.CharField(max_length=20, choices=Role.choices)
    right = models.CharField(max_length=60)
    allowed = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "right"], name="accounts_roleright_once"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_roleright_known_role"
            ),
        ]


class WorkCalendar(models.Model):
    """When the company works, from an instant on; each rulebook that is activated writes one."""

    effective_from = models.DateTimeField()
    timezone = models.CharField(max_length=64)
    calendar = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["effective_from", "id"], name="accounts_workcalendar_from")
        ]


class Invitation(models.Model):
    """A link by which a person signs in for the first time: once, and only for some days."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="accounts_invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="accounts_invitation_expires_later",
            ),
        ]


class Deputy(DatedRow):
    """Who decides in a person's place, and on which days."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deputy_for")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="accounts_deputy_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(user=F("deputy")), name="accounts_deputy_someone_else"
            ),
        ]


class Absence(models.Model):
    """Days on which a person does not work, the first and the last included."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="accounts_absence_ends_after_start"
            ),
        ]


class MonitoringPolicy(models.Model):
    """An edition of what people were told before anything is measured about each of them.

    Editions are only ever added; one that covers nothing ends those before it.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    rates = models.BooleanField(default=False)
    checks = models.BooleanField(default=False)
    reading = models.BooleanField(default=False)
    purpose = models.TextField(blank=True, default="")
    responsible = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="")
    noticed_on = models.DateField(null=True)
    starts_on = models.DateField()
    end_reason = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    (Q(rates=True) | Q(checks=True) | Q(reading=True))
                    & Q(noticed_on__isnull=False, noticed_on__lte=F("starts_on"), end_reason="")
                    & ~Q(purpose="")
                    & ~Q(responsible="")
                    & ~Q(text="")
                )
                | (Q(rates=False, checks=False, reading=False) & ~Q(end_reason="")),
                name="accounts_monitoringpolicy_told_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.starts_on.isoformat()

    @property
    def covers(self) -> frozenset[str]:
        """What may be measured under it: ``rates``, ``checks``, ``reading``."""
        return frozenset(name for name in WHATS if getattr(self, name))

    @property
    def covers_labels(self) -> list[Text]:
        """The same in words."""
        return labels_of(self.covers)
