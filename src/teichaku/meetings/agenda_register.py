"""The points that this room knows; rooms above may add theirs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.engine.rulebook.vocabulary import SHARED_KPIS
from teichaku.meetings.agenda import (
    DECISIONS,
    KPIS,
    LAST_DECISIONS,
    MONTHLY,
    UNENTERED,
    AgendaPoint,
    agenda_points,
)
from teichaku.meetings.agenda_deals import (
    BREAKS,
    PUSHED,
    STALE,
    gate_break_rows,
    pushed_rows,
    stale_rows,
)
from teichaku.meetings.agenda_handovers import LATE, RETURNED, late_rows, returned_rows
from teichaku.meetings.agenda_rules import RULES, rule_rows

ONLY_MONTHLY = frozenset({MONTHLY})


def points_register() -> None:
    """Nothing; agendas can be made."""
    for name, point in (
        (KPIS, AgendaPoint(_("Shared KPIs"), 10, ONLY_MONTHLY, subjects=SHARED_KPIS)),
        (LAST_DECISIONS, AgendaPoint(_("Last decisions"), 20)),
        (
            "late_handovers",
            AgendaPoint(_("Overdue handovers"), 30, rows=late_rows, sentences=LATE),
        ),
        (
            "gate_breaks",
            AgendaPoint(
                _("Deals that do not fit a check"), 40, rows=gate_break_rows, sentences=BREAKS
            ),
        ),
        (
            "pushed_deals",
            AgendaPoint(_("Order dates put off again"), 50, rows=pushed_rows, sentences=PUSHED),
        ),
        (
            "stale_deals",
            AgendaPoint(_("Deals standing still"), 60, rows=stale_rows, sentences=STALE),
        ),
        (UNENTERED, AgendaPoint(_("Not entered"), 70)),
        (
            "returns",
            AgendaPoint(
                _("Returns and marketing's answers"),
                80,
                ONLY_MONTHLY,
                rows=returned_rows,
                sentences=RETURNED,
            ),
        ),
        (
            "rule_health",
            AgendaPoint(_("State of the rules"), 90, ONLY_MONTHLY, rows=rule_rows, sentences=RULES),
        ),
        (DECISIONS, AgendaPoint(_("Decisions"), 110)),
    ):
        agenda_points.register(name, point)
