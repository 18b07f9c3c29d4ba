"""What the room registers at start: actions, topics, jobs, kinds of messages, rights, ways."""

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
    subscribe,
    topics,
)
from teichaku.exhibitions import calls, follow_up, sheet_import
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds

EVERY_MINUTE = 60
MARKETING = frozenset({"marketer", "marketing_manager", "administrator"})
CALLERS = MARKETING | {"inside_sales", "sales_rep", "sales_manager"}


def ledger_register() -> None:
    """Nothing; what is recorded and told of exhibitions is known."""
    for name, text in (
        ("exhibition_save", _("Saved an exhibition")),
        ("sheet_create", _("Handed a sheet of visitors in")),
        ("sheet_confirm", _("Said how a sheet of visitors is read")),
        ("sheet_take_back", _("Took a sheet of visitors back")),
        ("visitors_write", _("Wrote visitors of an exhibition")),
        ("follow_up_plan", _("Planned what follows an exhibition")),
        ("follow_up_set", _("Changed what follows an exhibition")),
        ("mails_stop", _("Stopped thank-you mails")),
        ("follow_up", _("Thanked visitors and gave calls out")),
        ("call_result", _("Recorded what came of a call")),
        ("call_give", _("Gave a call to somebody")),
        ("call_reopen", _("Opened a call again")),
        ("calls_hand_over", _("Handed calls over")),
        ("calls_export", _("Took a list of calls out")),
    ):
        audit_actions.register(f"exhibitions.{name}", AuditAction(text))
    for name, text in (
        ("changed", _("An exhibition changed")),
        ("visitors_written", _("Visitors of an exhibition were written")),
        ("followed_up", _("Visitors of an exhibition were followed up")),
        ("calls_changed", _("Calls to visitors changed")),
    ):
        topics.register(f"exhibitions.{name}", Topic(text))


def jobs_register() -> None:
    """Nothing; what follows from messages and from time is done."""
    for name, run, every, text in (
        ("bring_in", sheet_import.sheet_job, None, _("Bring sheets of visitors in")),
        (
            "follow_up", follow_up.follow_up_job, EVERY_MINUTE,
            _("Thank visitors and give calls out"),
        ),
        ("contacts", calls.activities_job, None, _("Recognise calls that were made")),
        ("tasks", calls.task_job, None, _("Let calls follow their tasks")),
    ):  # fmt: skip
        handler = JobHandler(run, every_seconds=every, text=text)
        job_handlers.register(f"exhibitions.{name}", handler)
    subscribe("deals.activities_written", "exhibitions.contacts")
    subscribe("notify.tasks_changed", "exhibitions.tasks")
    task_kinds.register(
        follow_up.TASK, Kind(_("Call %(lead)s (%(exhibition)s)"), "phone", "handover")
    )
    task_kinds.register(
        follow_up.GIVE,
        Kind(_("Give the call to %(lead)s (%(exhibition)s) to somebody"), "user-plus", "handover"),
    )
    notification_kinds.register(
        follow_up.TOLD,
        Kind(_("Calls after %(exhibition)s: %(count)s, by %(by)s"), "phone", "handover"),
    )


def pages_register() -> None:
    """Nothing; who may do what with exhibitions is known, and where their pages are."""
    for name, right in (
        ("view", Right(_("See exhibitions"), _("Visitors, and what came of each exhibition."))),
        (
            "manage",
            Right(
                _("Manage exhibitions"),
                _("Sheets of visitors, thank-you mails, and who calls whom."), roles=MARKETING,
            ),
        ),
        (
            "call",
            Right(
                _("Call visitors of exhibitions"),
                _("The list of calls, and what came of them."), roles=CALLERS,
            ),
        ),
    ):  # fmt: skip
        rights.register(f"exhibitions.{name}", right)
    navigation.register(
        "exhibitions",
        NavigationItem(
            _("Exhibitions"), "exhibitions:list", "store", "exhibitions.view", 1, 49,
            roles=MARKETING,
        ),
    )  # fmt: skip
    commands.register(
        "exhibitions",
        Command(
            _("Exhibitions"), "exhibitions:list", "store", "exhibitions.view",
            words="展示会 tenjikai fair 名刺",
        ),
    )  # fmt: skip
    commands.register(
        "exhibition_calls",
        Command(
            _("Calls to visitors"), "exhibitions:my_calls", "phone", "exhibitions.call",
            words="架電 call",
        ),
    )  # fmt: skip
