"""What the room records, runs and offers, registered at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    AuditAction,
    JobHandler,
    Right,
    Topic,
    audit_actions,
    declared_settings,
    job_handlers,
    rights,
    topics,
)
from teichaku.tracking.assets import asset_mb
from teichaku.tracking.inbox import TURN
from teichaku.tracking.retention import EVERY_S as FORGET_S
from teichaku.tracking.retention import FORGET, anonymous_days, forget_job
from teichaku.tracking.turning import EVERY_S, turn_job

MANAGE, TOKENS = "tracking.manage", "tracking.tokens"
ACTIONS = (
    ("events_write", _("Recorded events")),
    ("events_retract", _("Retracted events")),
    ("events_judge", _("Said whether a person did something")),
    ("site_save", _("Saved a site")),
    ("site_archive", _("Put a site away")),
    ("visitors_meet", _("Met browsers for the first time")),
    ("visitors_forget", _("Erased what nobody's browsers did")),
    ("visitor_clear", _("Said that a visitor is a person")),
    ("token_issue", _("Issued a token")),
    ("token_revoke", _("Revoked a token")),
    ("asset_save", _("Saved a file to hand out")),
    ("asset_archive", _("Put a file away")),
    ("same_device", _("Noted that a lead came by another's browser")),
    ("beacon_decide", _("Decided about a beacon that could not be read")),
)


def room_register() -> None:
    """Nothing; everything of this file is known."""
    for name, text in ACTIONS:
        audit_actions.register(f"tracking.{name}", AuditAction(text))
    topics.register("tracking.events_written", Topic(_("Events were recorded or retracted")))
    topics.register("tracking.sites_changed", Topic(_("A site was saved or put away")))
    topics.register("tracking.visitor_cleared", Topic(_("A visitor was said to be a person")))
    topics.register("tracking.same_device", Topic(_("A lead came by another's browser")))
    topics.register("tracking.tokens_changed", Topic(_("A token was issued or revoked")))
    topics.register("tracking.assets_changed", Topic(_("A file to hand out was saved or put away")))
    for setting in (anonymous_days, asset_mb):
        declared_settings.register(setting.name, setting)
    job_handlers.register(
        TURN,
        JobHandler(turn_job, every_seconds=EVERY_S, text=_("Record what the tag sent")),
    )
    job_handlers.register(
        FORGET,
        JobHandler(
            forget_job, every_seconds=FORGET_S, text=_("Erase what nobody's browsers did long ago")
        ),
    )
    rights.register(
        MANAGE,
        Right(
            _("Manage sites"),
            _("Sites with their tags, what the bot filter leaves out, and files to hand out."),
            roles=frozenset({"marketer", "marketing_manager", "administrator"}),
        ),
    )
    rights.register(
        TOKENS,
        Right(
            _("Let other systems in"),
            _("Tokens and webhooks by which other systems send events."),
            roles=frozenset({"administrator"}),
        ),
    )
    _pages()


def _pages() -> None:
    navigation.register(
        "sites",
        NavigationItem(_("Sites and tags"), "tracking:site_list", "globe", MANAGE, 4, 30),
    )
    navigation.register(
        "assets",
        NavigationItem(
            _("Files to hand out"), "tracking:asset_list", "file-down", MANAGE, 4, 32,
            roles=frozenset({"marketer", "marketing_manager"}),
        ),
    )  # fmt: skip
    navigation.register(
        "tokens",
        NavigationItem(_("Tokens and webhooks"), "tracking:token_list", "key-round", TOKENS, 4, 34),
    )
    commands.register(
        "sites",
        Command(
            _("Sites and tags"), "tracking:site_list", "globe", MANAGE, words="tag beacon 計測"
        ),
    )
    commands.register(
        "filtered",
        Command(_("Bot filter"), "tracking:filtered", "bot", MANAGE, words="crawler robot"),
    )
    commands.register(
        "assets",
        Command(
            _("Files to hand out"),
            "tracking:asset_list",
            "file-down",
            MANAGE,
            words="資料 download",
        ),
    )
    commands.register(
        "tokens",
        Command(
            _("Tokens and webhooks"), "tracking:token_list", "key-round", TOKENS, words="API token"
        ),
    )
