"""The rulebook room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulebookConfig(AppConfig):
    """Registers the rulebook room."""

    name = "teichaku.rulebook"
    label = "rulebook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions and topics are registered."""
        from teichaku.core.registry import AuditAction, Topic, audit_actions, topics
        from teichaku.rulebook.facts import facts_register

        audit_actions.register(
            "rulebook.revision_save", AuditAction(_("Saved a revision of the rulebook"))
        )
        audit_actions.register(
            "rulebook.revision_activate", AuditAction(_("Put a revision of the rulebook in force"))
        )
        topics.register("rulebook.revision_saved", Topic(_("A revision was saved")))
        topics.register("rulebook.activated", Topic(_("A rulebook was activated")))
        facts_register()
