"""The console room as a Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Registers the console room."""

    name = "teichaku.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
