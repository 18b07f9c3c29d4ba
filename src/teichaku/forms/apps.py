"""The forms room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Registers the forms room."""

    name = "teichaku.forms"
    label = "forms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, tells and offers is registered."""
        from teichaku.forms.registrations import ledger_register, pages_register

        ledger_register()
        pages_register()
