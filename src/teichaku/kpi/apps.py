"""The kpi room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class KpiConfig(AppConfig):
    """Registers the kpi room."""

    name = "teichaku.kpi"
    label = "kpi"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's facts are registered."""
        from teichaku.kpi.facts import facts_register

        facts_register()
