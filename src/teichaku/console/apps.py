"""The console room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

MARKETING = frozenset({"marketer", "marketing_manager"})
SALES = frozenset({"inside_sales", "sales_rep", "sales_manager"})
MANAGERS = MARKETING | {"inside_sales", "sales_manager", "administrator"}


class ConsoleConfig(AppConfig):
    """Registers the console room."""

    name = "teichaku.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the room's rights are known, its pages in the navigation and in the search."""
        from teichaku.console.company_list import companies_find
        from teichaku.console.demo_state import demo_company
        from teichaku.console.home_parts import home_parts_register
        from teichaku.console.job_registrations import jobs_register
        from teichaku.console.lead_search import leads_find
        from teichaku.core.menus import Command, SearchSource, commands, searches
        from teichaku.core.registry import declared_settings

        declared_settings.register(demo_company.name, demo_company)
        _audit_actions()
        _rights()
        _navigation()
        jobs_register()
        home_parts_register()
        commands.register(
            "duplicates",
            Command(
                _("Duplicates"), "console:duplicates", "copy", "leads.merge", words="名寄せ 重複"
            ),
        )
        searches.register("leads", SearchSource(_("Leads"), "users", "leads.view", leads_find))
        searches.register(
            "companies", SearchSource(_("Companies"), "building-2", "leads.view", companies_find)
        )


def _audit_actions() -> None:
    from teichaku.core.registry import AuditAction, audit_actions

    for name, text in (
        ("console.leads_export", _("Took a list of leads out")),
        ("console.view_save", _("Saved a view of a list")),
        ("console.view_delete", _("Deleted a view of a list")),
    ):
        audit_actions.register(name, AuditAction(text))


def _rights() -> None:
    from teichaku.core.registry import Right, rights

    rights.register(
        "leads.view",
        Right(_("See leads and companies"), _("Lists, pages, scores and timelines.")),
    )
    rights.register(
        "leads.edit",
        Right(
            _("Change one's own leads"),
            _("Leads that one owns or nobody owns, and companies."),
            roles=MARKETING | SALES | {"administrator"},
        ),
    )
    rights.register(
        "leads.edit_all",
        Right(_("Change every lead"), _("Other people's leads too."), roles=MANAGERS),
    )
    rights.register(
        "leads.merge",
        Right(
            _("Merge duplicates"),
            _("Joining leads or companies that stand in the data twice."),
            roles=MANAGERS,
        ),
    )
    rights.register(
        "leads.segments",
        Right(
            _("Change segments"),
            _("Which leads belong together, and archiving what nobody needs."),
            roles=MARKETING | {"inside_sales", "administrator"},
        ),
    )
    rights.register(
        "leads.export",
        Right(
            _("Take lists of leads out"),
            _("Excel and CSV files of leads, and changed files back in."),
            roles=MANAGERS,
        ),
    )
    rights.register(
        "inputs.enter",
        Right(_("Enter what is missing"), _("Input tasks of one's own, and of records in reach.")),
    )
    rights.register(
        "leads.campaigns",
        Right(
            _("Change campaigns"),
            _("Their names, days and costs."),
            roles=MARKETING | {"administrator"},
        ),
    )


def _navigation() -> None:
    from teichaku.core.menus import NavigationItem, navigation
    from teichaku.core.registry import EVERY_ROLE
    from teichaku.inputs.badge import badge_count

    navigation.register(
        "home",
        NavigationItem(
            _("Home"),
            "console:home",
            "house",
            right="inputs.enter",
            group=1,
            position=0,
            roles=frozenset({"sales_rep", "inside_sales"}),
            count=badge_count,
        ),
    )
    navigation.register(
        "leads",
        NavigationItem(
            _("Leads"), "console:lead_list", "users", right="leads.view", group=1, position=30
        ),
    )
    navigation.register(
        "companies",
        NavigationItem(
            _("Companies"),
            "console:company_list",
            "building-2",
            right="leads.view",
            group=1,
            position=35,
            roles=EVERY_ROLE - {"sales_rep"},
        ),
    )
    navigation.register(
        "segments",
        NavigationItem(
            _("Segments"),
            "console:segment_list",
            "funnel",
            right="leads.view",
            group=2,
            position=25,
            roles=MARKETING | {"inside_sales", "coach"},
        ),
    )
    navigation.register(
        "distribution",
        NavigationItem(
            _("Distribution of scores"),
            "console:distribution",
            "chart-line",
            right="leads.view",
            group=2,
            position=27,
            roles=MARKETING | {"coach"},
        ),
    )
    navigation.register(
        "campaigns",
        NavigationItem(
            _("Campaigns"),
            "console:campaign_list",
            "megaphone",
            right="leads.view",
            group=2,
            position=30,
            roles=MARKETING | {"executive", "coach"},
        ),
    )
