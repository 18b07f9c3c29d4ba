"""The console room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Registers the console room."""

    name = "teichaku.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nothing; the pages of leads are in the navigation and in the search."""
        from teichaku.console.lead_search import leads_find
        from teichaku.core.menus import NavigationItem, SearchSource, navigation, searches
        from teichaku.core.registry import Right, rights

        rights.register(
            "leads.view",
            Right(_("See leads and companies"), _("Lists, pages, scores and timelines.")),
        )
        navigation.register(
            "leads",
            NavigationItem(
                _("Leads"), "console:lead_list", "users", right="leads.view", group=1, position=30
            ),
        )
        searches.register("leads", SearchSource(_("Leads"), "users", "leads.view", leads_find))
