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
from teichaku.meetings import jobs
from teichaku.meetings.decisions import TASK, task_follow_job
from teichaku.meetings.invitations import CANCELLED, INVITED
from teichaku.meetings.minutes import SENT
from teichaku.meetings.settling import MISSED
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds

FIVE_MINUTES, EVERY_HOUR = 300, 3_600
LEADERS = frozenset({"sales_manager", "marketing_manager", "executive", "administrator"})


def work_register() -> None:
    """Nothing; what is recorded, told and done in the background is known."""
    for name, text in (
        ("meetings.series_sync", _("Took a meeting over from the rulebook")),
        ("meetings.series_join", _("Joined a meeting to an existing one")),
        ("meetings.meeting_plan", _("Planned a meeting")),
        ("meetings.meeting_move", _("Moved a meeting")),
        ("meetings.meeting_take_off", _("Took a meeting off that the rulebook has no more")),
        ("meetings.meeting_cancel", _("Cancelled a meeting")),
        ("meetings.meeting_freeze", _("Fixed the figures of a meeting")),
        ("meetings.meeting_open", _("Opened a meeting")),
        ("meetings.meeting_check_in", _("Checked somebody in to a meeting")),
        ("meetings.meeting_check_out", _("Took a check-in back")),
        ("meetings.item_outcome_set", _("Recorded an outcome of a meeting")),
        ("meetings.inputs_except", _("Excepted entries in a meeting")),
        ("meetings.meeting_close", _("Closed a meeting")),
        ("meetings.gates_unmet", _("Closed a meeting without all that gates ask for")),
        ("meetings.meeting_miss", _("A meeting was not held")),
        ("meetings.decision_add", _("Recorded a decision")),
        ("meetings.decision_settle", _("Recorded what became of a decision")),
        ("meetings.chaired_hand_over", _("Handed meetings to another chair")),
        ("meetings.decisions_hand_over", _("Handed decisions over")),
        ("meetings.calendar_feed_make", _("Made a calendar address")),
        ("meetings.calendar_feed_revoke", _("Revoked a calendar address")),
    ):
        audit_actions.register(name, AuditAction(text))
    for name, text in (
        ("meetings.series_changed", _("A series of meetings changed")),
        ("meetings.planned", _("Meetings were planned, moved or cancelled")),
        ("meetings.frozen", _("The figures of a meeting were fixed")),
        ("meetings.opened", _("A meeting began")),
        ("meetings.closed", _("A meeting is over")),
        ("meetings.decisions_changed", _("Decisions changed")),
        ("meetings.feeds_changed", _("A calendar address changed")),
    ):
        topics.register(name, Topic(text))
    for name, run, seconds, what in (
        ("plan", jobs.plan_job, EVERY_HOUR, _("Plan meetings")),
        ("freeze", jobs.freeze_job, FIVE_MINUTES, _("Fix the figures of meetings")),
        ("settle", jobs.settle_job, EVERY_HOUR, _("Settle meetings that are over")),
        ("invite", jobs.invite_job, FIVE_MINUTES, _("Invite to meetings")),
        ("plan_anew", jobs.plan_job, None, _("Plan meetings as the rulebook says")),
        ("task_follow", task_follow_job, None, _("Let decisions follow their tasks")),
    ):
        handler = JobHandler(run, every_seconds=seconds, text=what)
        job_handlers.register(f"meetings.{name}", handler)
    subscribe("rulebook.activated", "meetings.plan_anew")
    subscribe("notify.tasks_changed", "meetings.task_follow")
    _kinds_register()


def _kinds_register() -> None:
    task_kinds.register(TASK, Kind(_("Decided in the meeting: %(what)s"), "gavel", "meetings"))
    task_kinds.register(
        MISSED,
        Kind(
            _("“%(title)s” was not held on %(day)s. Hold the next one."), "calendar-x", "meetings"
        ),
    )
    for name, kind in (
        (SENT, Kind(_("Minutes: %(title)s, %(day)s"), "notebook-text", "meetings")),
        (INVITED, Kind(_("Meeting: %(title)s, %(at)s"), "calendar-check", "meetings")),
        (
            CANCELLED,
            Kind(_("Cancelled: %(title)s, %(at)s. %(reason)s"), "calendar-x", "meetings"),
        ),
    ):
        notification_kinds.register(name, kind)


def pages_register() -> None:
    """Nothing; who may do what with meetings is known, and where their pages are."""
    rights.register("meetings.view", Right(_("See meetings"), _("Agendas, minutes and decisions.")))
    rights.register(
        "meetings.arrange",
        Right(
            _("Arrange meetings"),
            _("Moving, cancelling, and joining a meeting to an existing one."),
            roles=LEADERS,
        ),
    )
    navigation.register(
        "meetings",
        NavigationItem(_("Meetings"), "meetings:list", "calendar-check", "meetings.view", 1, 60),
    )
    commands.register(
        "meetings",
        Command(
            _("Meetings"), "meetings:list", "calendar-check", "meetings.view", words="teireikai"
        ),
    )
