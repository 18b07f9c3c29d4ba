"""Rights, navigation, commands and search of the pages about deals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.menus import (
    Command,
    NavigationItem,
    SearchSource,
    commands,
    navigation,
    searches,
)
from teichaku.core.registry import EVERY_ROLE, Right, rights

SALES = frozenset({"inside_sales", "sales_rep", "sales_manager"})
MANAGERS = frozenset({"sales_manager", "administrator"})


def pages_register() -> None:
    """Nothing; who may do what with deals is known, and where their pages are."""
    from teichaku.deals.deal_list import deals_find
    from teichaku.deals.waiver_list import waivers_waiting

    for name, right in (
        ("deals.view", Right(_("See deals"), _("List, board, pages, forecast and checks."))),
        (
            "deals.edit",
            Right(
                _("Enter deals"),
                _("New deals, and what one owns or nobody owns."),
                roles=SALES | {"administrator"},
            ),
        ),
        (
            "deals.edit_all",
            Right(_("Change every deal"), _("Other people's deals too."), roles=MANAGERS),
        ),
        (
            "deals.gate_review",
            Right(
                _("Judge checks"),
                _("Saying afterwards whether a check was right."),
                roles=MANAGERS | {"marketing_manager"},
            ),
        ),
        (
            "deals.targets",
            Right(_("Set sales targets"), _("Each person's target by month."), roles=MANAGERS),
        ),
    ):
        rights.register(name, right)
    for name, item in (
        ("deals", NavigationItem(_("Deals"), "deals:list", "briefcase", "deals.view", 1, 40)),
        (
            "deal_exceptions",
            NavigationItem(
                _("Exceptions"), "deals:exceptions", "shield-question-mark", "deals.view", 1, 45,
                roles=SALES | {"marketing_manager", "executive"}, count=waivers_waiting,
            ),
        ),
        (
            "deal_forecast",
            NavigationItem(
                _("Forecast table"), "deals:forecast", "table-2", "deals.view", 2, 50,
                roles=EVERY_ROLE - {"marketer", "coach"},
            ),
        ),
        (
            "deal_gates",
            NavigationItem(
                _("Checks of deals"), "deals:gates", "shield-check", "deals.view", 3, 20,
                roles=EVERY_ROLE - {"sales_rep"},
            ),
        ),
    ):  # fmt: skip
        navigation.register(name, item)
    for name, label, icon, needed, words in (
        ("new", _("Create a deal"), "plus", "deals.edit", "deal shodan"),
        ("board", _("Board of deals"), "kanban", "deals.view", "kanban"),
        ("daily", _("Daily report"), "notebook-pen", "deals.view", "nippo"),
    ):
        commands.register(f"deal_{name}", Command(label, f"deals:{name}", icon, needed, words))
    searches.register("deals", SearchSource(_("Deals"), "briefcase", "deals.view", deals_find))
