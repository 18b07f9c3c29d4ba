"""What the accounts room declares: audit actions, topics, rights, pages, what people hold."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.accounts.departures import LED
from teichaku.accounts.models import Role
from teichaku.accounts.standing_guard import MANAGE
from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    AuditAction,
    Right,
    Topic,
    audit_actions,
    departures,
    rights,
    topics,
)

NAMING = frozenset({"email", "name"})
ACTIONS = (
    ("user_set_password", _("Set a password")),
    ("role_grant", _("Gave a role")),
    ("role_revoke", _("Took a role away")),
    ("people_import", _("Imported people")),
    ("owner_ensure", _("Noted people whom a file names as owners")),
    ("person_update", _("Changed the facts about a person")),
    ("department_set", _("Moved a person to a department")),
    ("teams_set", _("Changed the teams of a person")),
    ("deputy_set", _("Named a deputy")),
    ("deputy_end", _("Ended a deputy")),
    ("absence_add", _("Entered an absence")),
    ("absence_remove", _("Removed an absence")),
    ("invitation_open", _("Invited a person")),
    ("invitation_revoke", _("Took an invitation back")),
    ("invitation_accept", _("Accepted an invitation")),
    ("role_rights_write", _("Changed what roles may do")),
    ("led_hand_over", _("Gave the people led to another manager")),
    ("account_close", _("Closed an account")),
    ("account_reopen", _("Opened an account again")),
    ("sessions_end", _("Signed devices out")),
    ("second_step_add", _("Added a way to confirm signing in")),
    ("second_step_remove", _("Removed a way to confirm signing in")),
    ("work_calendar_write", _("Wrote the company's working calendar down")),
    ("monitoring_policy_record", _("Recorded what people were told about measuring")),
    ("monitoring_end", _("Ended measuring about single people")),
)


def room_register() -> None:
    """Nothing; everything of this file is known."""
    audit_actions.register(
        "accounts.user_create", AuditAction(_("Created a person"), personal=NAMING)
    )
    for name, text in ACTIONS:
        audit_actions.register(f"accounts.{name}", AuditAction(text))
    topics.register("accounts.people_changed", Topic(_("People, teams or roles changed")))
    topics.register("accounts.absences_changed", Topic(_("Someone's days of absence changed")))
    topics.register(
        "accounts.work_calendar_written", Topic(_("The company's working calendar changed"))
    )
    topics.register(
        "accounts.monitoring_changed", Topic(_("What may be measured about single people changed"))
    )
    departures.register("accounts.led", LED)
    rights.register(
        MANAGE,
        Right(
            _("Manage people"),
            _("Invite, give roles and rights, hand over when someone leaves."),
            roles=frozenset({Role.ADMINISTRATOR.value}),
        ),
    )
    rights.register(
        "accounts.monitoring",
        Right(
            _("Record what is measured about people"),
            _("Purpose, responsible person and notice, without which it stays off."),
            roles=frozenset({Role.ADMINISTRATOR.value}),
        ),
    )
    navigation.register(
        "monitoring",
        NavigationItem(
            _("Measuring and notice"), "monitoring:policy", "scale", "accounts.monitoring",
            group=4, position=25,
        ),
    )  # fmt: skip
    navigation.register(
        "people",
        NavigationItem(
            _("People and rights"), "accounts:people", "user-cog", MANAGE, group=4, position=20
        ),
    )
    commands.register(
        "invite", Command(_("Invite a person"), "accounts:invite", "user-plus", MANAGE)
    )
    commands.register(
        "rights", Command(_("What roles may do"), "accounts:rights", "key-round", MANAGE)
    )
