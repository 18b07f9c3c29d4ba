"""The handover room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Registers the handover room."""

    name = "teichaku.handover"
    label = "handover"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, follows and offers is registered."""
        from teichaku.handover.departures import departures_register
        from teichaku.handover.facts import facts_register
        from teichaku.handover.registrations import (
            jobs_register,
            ledger_register,
            pages_register,
        )

        ledger_register()
        jobs_register()
        pages_register()
        departures_register()
        facts_register()
