"""The deals room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    """Registers the deals room."""

    name = "teichaku.deals"
    label = "deals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; what the room records, imports and computes is registered."""
        from teichaku.core.registry import (
            AuditAction,
            Topic,
            audit_actions,
            computed_attributes,
            topics,
        )
        from teichaku.deals.activity_import import activities_write
        from teichaku.deals.customers import customer_companies
        from teichaku.deals.deal_import import deals_write
        from teichaku.deals.departures import departures_register
        from teichaku.deals.facts import facts_register
        from teichaku.deals.home_parts import home_parts_register
        from teichaku.deals.page_registrations import pages_register
        from teichaku.deals.registrations import gates_register
        from teichaku.deals.rematching import import_follow
        from teichaku.deals.stage_import import stages_write
        from teichaku.deals.undo import undo_register
        from teichaku.intake.writers import followers, writers

        for name, text in (
            ("deals.deals_import", _("Imported deals")),
            ("deals.stages_import", _("Imported the history of stages")),
            ("deals.stages_ensure", _("Noted stages that a file names")),
            ("deals.activities_import", _("Imported activities")),
            ("deals.owned_hand_over", _("Handed open deals to another owner")),
            ("deals.deals_match", _("Linked deals to leads that came later")),
        ):
            audit_actions.register(name, AuditAction(text))
        for name, text in (
            ("deals.deal_link", _("Linked a deal to its lead")),
            ("deals.deal_unlink", _("Took the lead of a deal away")),
            ("deals.candidate_decide", _("Decided on a suggested lead")),
        ):
            audit_actions.register(name, AuditAction(text, frozenset({"reason"})))
        topics.register("deals.written", Topic(_("Deals were written")))
        topics.register("deals.stages_written", Topic(_("Stages of the pipeline were added")))
        topics.register("deals.activities_written", Topic(_("Activities were written")))
        writers.register("deals", deals_write)
        writers.register("stages", stages_write)
        writers.register("activities", activities_write)
        followers.register("deals.import_follow", import_follow)
        computed_attributes.register("company.is_customer", customer_companies)
        facts_register()
        departures_register()
        gates_register()
        home_parts_register()
        pages_register()
        undo_register()
