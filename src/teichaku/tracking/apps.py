"""The tracking room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackingConfig(AppConfig):
    """Registers the tracking room."""

    name = "teichaku.tracking"
    label = "tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions, topics and import writers are registered."""
        from teichaku.core.registry import AuditAction, Topic, audit_actions, topics
        from teichaku.intake.writers import writers
        from teichaku.tracking.event_import import events_import
        from teichaku.tracking.undo import undo_register

        audit_actions.register("tracking.events_write", AuditAction(_("Recorded events")))
        audit_actions.register("tracking.events_retract", AuditAction(_("Retracted events")))
        topics.register("tracking.events_written", Topic(_("Events were recorded or retracted")))
        writers.register("events", events_import)
        undo_register()
