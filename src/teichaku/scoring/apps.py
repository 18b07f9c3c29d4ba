"""The scoring room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    """Registers the scoring room."""

    name = "teichaku.scoring"
    label = "scoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room hears of changed leads and declares what it records."""
        from teichaku.core.registry import (
            AuditAction,
            Topic,
            audit_actions,
            leads_changed,
            leads_qualified,
            topics,
        )
        from teichaku.scoring.dirty import leads_mark, qualifications_import
        from teichaku.scoring.facts import facts_register
        from teichaku.scoring.undo import undo_register

        leads_changed.register("scoring", leads_mark)
        leads_qualified.register("scoring", qualifications_import)
        audit_actions.register("scoring.scores_refresh", AuditAction(_("Scored leads")))
        audit_actions.register("scoring.leads_qualify", AuditAction(_("Recorded MQLs")))
        topics.register("scoring.scored", Topic(_("Leads were scored")))
        topics.register("scoring.qualified", Topic(_("A lead qualified")))
        facts_register()
        undo_register()
