"""The kpi room as a Django app."""

from django.apps import AppConfig


class KpiConfig(AppConfig):
    """Registers the kpi room."""

    name = "teichaku.kpi"
    label = "kpi"
    default_auto_field = "django.db.models.BigAutoField"
