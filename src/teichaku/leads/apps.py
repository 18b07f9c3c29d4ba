"""The leads room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    """Registers the leads room."""

    name = "teichaku.leads"
    label = "leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's audit actions, topics and import writers are registered."""
        from teichaku.core.registry import AuditAction, Topic, audit_actions, topics
        from teichaku.intake.writers import writers
        from teichaku.leads.company_import import companies_write
        from teichaku.leads.departures import departures_register
        from teichaku.leads.duplicate_search import duplicate_search_register
        from teichaku.leads.facts import facts_register
        from teichaku.leads.lead_import import leads_write
        from teichaku.leads.undo import undo_register

        for name, text in (
            ("leads.lead_create", _("Added a lead by hand")),
            ("leads.lead_update", _("Changed a lead")),
            ("leads.owned_hand_over", _("Handed leads to another owner")),
            ("leads.lead_merge", _("Merged two leads")),
            ("leads.lead_unmerge", _("Took a merge of leads back")),
            ("leads.company_update", _("Changed a company")),
            ("leads.company_merge", _("Merged two companies")),
            ("leads.company_unmerge", _("Took a merge of companies back")),
            ("leads.lead_stage_enter", _("Moved a lead to another stage")),
            ("leads.keep_apart", _("Said that two records are not one")),
            ("leads.campaign_save", _("Saved a campaign")),
            ("leads.leads_credit", _("Noted which campaign won leads")),
            ("leads.leads_ensure", _("Noted leads whom a file names")),
            ("leads.companies_ensure", _("Noted companies that a file names")),
            ("leads.leads_import", _("Imported leads")),
            ("leads.companies_import", _("Imported companies")),
        ):
            audit_actions.register(name, AuditAction(text))
        topics.register("leads.written", Topic(_("Leads were written")))
        topics.register("leads.companies_written", Topic(_("Companies were written")))
        writers.register("leads", leads_write)
        writers.register("companies", companies_write)
        facts_register()
        departures_register()
        duplicate_search_register()
        undo_register()
