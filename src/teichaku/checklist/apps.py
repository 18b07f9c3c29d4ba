"""The checklist room as a Django app."""

from django.apps import AppConfig


class ChecklistConfig(AppConfig):
    """Registers the checklist room."""

    name = "teichaku.checklist"
    label = "checklist"
    default_auto_field = "django.db.models.BigAutoField"
