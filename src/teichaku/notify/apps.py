"""The notify room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotifyConfig(AppConfig):
    """Registers the notify room."""

    name = "teichaku.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room does, offers and lets leavers hand over is known."""
        from teichaku.core.menus import Command, commands
        from teichaku.core.registry import (
            AuditAction,
            Holding,
            Right,
            Topic,
            audit_actions,
            departures,
            rights,
            topics,
        )
        from teichaku.notify.selectors import tasks_held
        from teichaku.notify.services import tasks_hand_over

        for name, text in (
            ("notify.task_create", _("Created a task")),
            ("notify.task_done", _("Did a task")),
            ("notify.task_reopen", _("Opened a task again")),
            ("notify.task_dismiss", _("Dropped a task that is no longer needed")),
            ("notify.tasks_hand_over", _("Handed tasks over")),
        ):
            audit_actions.register(name, AuditAction(text))
        topics.register("notify.tasks_changed", Topic(_("Tasks were created or closed")))
        rights.register("notify.tasks", Right(_("Have tasks"), _("The list of one's own tasks.")))
        departures.register(
            "notify.tasks",
            Holding(
                label=_("Tasks"),
                help=_("Open tasks get another owner; done ones stay."),
                count=tasks_held,
                hand_over=tasks_hand_over,
            ),
        )
        commands.register(
            "tasks",
            Command(_("Tasks"), "notify:task_list", "list-todo", "notify.tasks", words="todo"),
        )
        commands.register(
            "notifications",
            Command(_("Notifications"), "notify:notification_list", "bell", "notify.tasks"),
        )
