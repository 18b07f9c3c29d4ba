"""Which types of events belong together on a lead's history."""

from __future__ import annotations

MAIL = frozenset({"email_open", "email_click", "opt_out"})
SALES = frozenset(
    {
        "call",
        "meeting",
        "deal_created",
        "deal_won",
        "deal_lost",
        "handover_accepted",
        "handover_returned",
    }
)
