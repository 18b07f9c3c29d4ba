"""The tracking room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Registers the tracking room."""

    name = "teichaku.tracking"
    label = "tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions, topics and import writers are registered."""
        from teichaku.intake.writers import writers
        from teichaku.tracking.event_import import events_import
        from teichaku.tracking.last_events import last_events_register
        from teichaku.tracking.opt_outs import opt_outs_register
        from teichaku.tracking.registrations import room_register
        from teichaku.tracking.undo import undo_register

        room_register()
        writers.register("events", events_import)
        undo_register()
        last_events_register()
        opt_outs_register()
