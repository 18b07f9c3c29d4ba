"""What the room records, sends, asks for and offers, registered at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Role
from teichaku.core.menus import Command, NavigationItem, commands, navigation
from teichaku.core.registry import (
    AuditAction,
    Holding,
    JobHandler,
    Right,
    Topic,
    audit_actions,
    declared_settings,
    departures,
    job_handlers,
    rights,
    subscribe,
    topics,
)
from teichaku.notify import jobs
from teichaku.notify.kinds import Kind, task_kinds
from teichaku.notify.letter_text import contact, legal_name, postal_address
from teichaku.notify.messages import company
from teichaku.notify.selectors import outgoing_parked, tasks_held
from teichaku.notify.services import tasks_hand_over

TASKS, MANAGE = "notify.tasks", "notify.manage"
ACTIONS = (
    ("task_create", _("Created a task")),
    ("task_done", _("Did a task")),
    ("task_reopen", _("Opened a task again")),
    ("task_dismiss", _("Dropped a task that is no longer needed")),
    ("tasks_hand_over", _("Handed tasks over")),
    ("preferences_write", _("Chose how to be told")),
    ("channel_write", _("Connected a chat")),
    ("channel_end", _("Disconnected a chat")),
    ("access_write", _("Set up a chat service")),
    ("access_end", _("Closed a chat service")),
    ("deliveries_send_again", _("Had messages sent again")),
    ("deliveries_give_up", _("Decided that messages are not sent any more")),
    ("letters_queue", _("Had letters sent to people outside")),
    ("letters_cancel", _("Called letters off before they left")),
    ("letters_send_again", _("Had letters sent again")),
    ("letters_give_up", _("Decided that letters are not sent any more")),
)


def room_register() -> None:
    """Nothing; everything of this file is known."""
    for name, text in ACTIONS:
        audit_actions.register(f"notify.{name}", AuditAction(text))
    for setting in (company, legal_name, postal_address, contact):
        declared_settings.register(setting.name, setting)
    _work()
    rights.register(TASKS, Right(_("Have tasks"), _("The list of one's own tasks.")))
    rights.register(
        MANAGE,
        Right(
            _("Manage how messages leave"),
            _("Chat services of the company, and messages that did not get through."),
            roles=frozenset({Role.ADMINISTRATOR.value}),
        ),
    )
    departures.register(
        "notify.tasks",
        Holding(
            label=_("Tasks"),
            help=_("Open tasks get another owner; done ones stay."),
            count=tasks_held,
            hand_over=tasks_hand_over,
        ),
    )
    task_kinds.register(
        "notify.parked",
        Kind(_("Decide about messages that did not get through"), "send", group="system"),
    )
    task_kinds.register(
        "notify.letters_parked",
        Kind(_("Decide about letters that did not get through"), "send", group="system"),
    )
    _pages()


def _work() -> None:
    topics.register("notify.tasks_changed", Topic(_("Tasks were created or closed")))
    topics.register("notify.notifications_created", Topic(_("People were told something")))
    topics.register("notify.letters_queued", Topic(_("Letters to people outside were asked for")))
    topics.register("notify.preferences_changed", Topic(_("Someone chose how to be told")))
    topics.register("notify.accesses_changed", Topic(_("A chat service was set up or closed")))
    for name, run, seconds, text in (
        ("plan", jobs.plan, None, _("Plan when people are told")),
        ("replan", jobs.replan, None, _("Plan anew when a person is told")),
        ("replan_all", jobs.replan_all, None, _("Plan anew when people are told")),
        ("deliver", jobs.deliver, jobs.EVERY_S, _("Send mail and chat messages")),
        ("letters", jobs.letters, jobs.EVERY_S, _("Send letters to people outside")),
    ):
        handler = JobHandler(run, every_seconds=seconds, text=text)
        job_handlers.register(f"notify.{name}", handler)
    job_handlers.register(
        "notify.letters_now",
        JobHandler(
            jobs.letters, together=jobs.letters_together, text=_("Send letters that just came up")
        ),
    )
    subscribe("notify.letters_queued", "notify.letters_now")
    subscribe("notify.notifications_created", "notify.plan")
    subscribe("notify.preferences_changed", "notify.replan")
    subscribe("accounts.absences_changed", "notify.replan")
    subscribe("accounts.work_calendar_written", "notify.replan_all")


def _pages() -> None:
    navigation.register(
        "messages",
        NavigationItem(
            _("Sending messages"),
            "notify:services",
            "send",
            MANAGE,
            group=4,
            position=60,
            count=lambda user: outgoing_parked(),
        ),
    )
    for name, command in (
        ("tasks", Command(_("Tasks"), "notify:task_list", "list-todo", TASKS, words="todo")),
        ("notifications", Command(_("Notifications"), "notify:notification_list", "bell", TASKS)),
        (
            "preferences",
            Command(
                _("How I am told"),
                "notify:preferences",
                "bell-ring",
                TASKS,
                words="mail LINE WORKS Chatwork Slack 通知設定",
            ),
        ),
        (
            "deliveries",
            Command(_("Messages sent"), "notify:delivery_list", "send", MANAGE, words="配信"),
        ),
        (
            "letters",
            Command(_("Letters sent"), "notify:letter_list", "mail", MANAGE, words="社外 メール"),
        ),
    ):
        commands.register(name, command)
