"""The exhibitions room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ExhibitionsConfig(AppConfig):
    """Registers the exhibitions room."""

    name = "teichaku.exhibitions"
    label = "exhibitions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, follows and offers is registered."""
        from teichaku.exhibitions.departures import departures_register
        from teichaku.exhibitions.registrations import (
            jobs_register,
            ledger_register,
            pages_register,
        )
        from teichaku.exhibitions.undo import undo_register

        ledger_register()
        jobs_register()
        pages_register()
        departures_register()
        undo_register()
