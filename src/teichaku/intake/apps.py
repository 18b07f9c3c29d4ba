"""The intake room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """Registers the intake room."""

    name = "teichaku.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions, topics and the writer of people are registered."""
        from teichaku.core.registry import AuditAction, Topic, audit_actions, topics
        from teichaku.intake.people import users_write
        from teichaku.intake.writers import writers

        audit_actions.register("intake.import_started", AuditAction(_("Started an import")))
        audit_actions.register("intake.import_finished", AuditAction(_("Finished an import")))
        topics.register("intake.import_finished", Topic(_("An import finished")))
        writers.register("users", users_write)
