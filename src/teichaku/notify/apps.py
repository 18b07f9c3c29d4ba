"""The notify room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Registers the notify room."""

    name = "teichaku.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room does, offers and lets leavers hand over is known."""
        from teichaku.notify.registrations import room_register

        room_register()
