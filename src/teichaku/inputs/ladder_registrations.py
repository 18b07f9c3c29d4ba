"""What the follow-up ladder records, runs and shows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    AuditAction,
    JobHandler,
    Right,
    Topic,
    audit_actions,
    job_handlers,
    rights,
    topics,
)
from teichaku.inputs.inquiries import inquiries_register
from teichaku.inputs.ladder import climb_job
from teichaku.inputs.nudges import nudges_register
from teichaku.inputs.rule_defects import rule_defects_register

EVERY_FIVE_MINUTES = 300
LEADING = frozenset({"sales_manager", "marketing_manager", "executive"})


def ladder_register() -> None:
    """Nothing; the steps are taken as long as a worker runs, and their pages are known."""
    for name, text in (
        ("inputs.follow_up", _("Followed missing entries up")),
        ("inputs.obligation_snooze", _("Put a message about a missing entry off")),
        ("inputs.inquiry_open", _("Asked a manager about missing entries")),
        ("inputs.inquiry_answer", _("Said why entries are missing")),
        ("inputs.inquiry_close", _("Closed a question about missing entries")),
        ("inputs.rule_defect_raise", _("Asked about a rule that does not work")),
        ("inputs.rule_defect_decide", _("Decided about a rule that does not work")),
    ):
        audit_actions.register(name, AuditAction(text, frozenset({"reason"})))
    for name, text in (
        ("inputs.followed_up", _("Missing entries were followed up")),
        ("inputs.inquiries_changed", _("Questions about missing entries changed")),
        ("inputs.rule_defects_changed", _("Rules that do not work changed")),
    ):
        topics.register(name, Topic(text))
    job_handlers.register(
        "inputs.climb",
        JobHandler(
            climb_job, every_seconds=EVERY_FIVE_MINUTES, text=_("Follow missing entries up")
        ),
    )
    rights.register(
        "inputs.follow_ups",
        Right(
            _("Follow missing entries up"),
            _("Answering why entries are missing, and deciding about rules that do not work."),
            roles=LEADING,
        ),
    )
    navigation.register(
        "follow_ups",
        NavigationItem(
            _("Follow-ups"), "inputs:follow_ups", "message-circle-question-mark",
            "inputs.follow_ups", group=2, position=42, roles=LEADING,
        ),
    )  # fmt: skip
    commands.register(
        "rule_defects",
        Command(
            _("Rules that do not work"), "inputs:rule_defects", "wrench", "inputs.follow_ups",
            words="rule defect",
        ),
    )  # fmt: skip
    commands.register(
        "missing_entries",
        Command(
            _("My missing entries"), "inputs:own_follow_ups", "pencil-line", "inputs.rates",
            words="minyuryoku",
        ),
    )  # fmt: skip
    nudges_register()
    inquiries_register()
    rule_defects_register()
