"""The consent room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Registers the consent room."""

    name = "teichaku.consent"
    label = "consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, follows and offers is registered."""
        from teichaku.consent.erasure_news import news_register
        from teichaku.consent.file_bases import file_followed
        from teichaku.consent.registrations import (
            gate_register,
            jobs_register,
            ledger_register,
            pages_register,
        )
        from teichaku.consent.undo import undo_register
        from teichaku.intake.writers import followers

        ledger_register()
        jobs_register()
        gate_register()
        news_register()
        pages_register()
        undo_register()
        followers.register("consent", file_followed)
