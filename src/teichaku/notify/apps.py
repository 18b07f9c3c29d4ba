"""The notify room as a Django app."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Registers the notify room."""

    name = "teichaku.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"
