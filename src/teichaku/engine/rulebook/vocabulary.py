"""The closed lists of grammar version 1."""

from __future__ import annotations

EVENT_TYPES = (
    "page_view", "form_submit", "download", "email_open", "email_click", "seminar_register",
    "seminar_attend", "exhibition", "card_exchange", "call", "meeting", "web_custom",
    "deal_created", "deal_won", "deal_lost", "handover_accepted", "handover_returned", "opt_out",
)  # fmt: skip
EVENT_OBJECTS = ("path", "form", "asset", "campaign", "rank")
ROLES = (
    "marketer", "inside_sales", "sales_rep", "sales_manager", "marketing_manager", "executive",
    "administrator", "coach",
)  # fmt: skip
ACTIVITY_KINDS = ("call", "visit", "meeting", "online", "mail")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AFTER_POINTS = (
    *(f"activity.{kind}.end" for kind in ACTIVITY_KINDS),
    "handover.assigned", "handover.accepted", "handover.returned",
    "deal.created", "deal.won", "deal.lost", "waiver.requested",
)  # fmt: skip
CLOSING_A_MEETING = "meeting.close"
MEETING_FIELDS = ("decisions", "outcomes", "check_ins")
BEFORE_POINTS = ("deal.create", "deal.close", CLOSING_A_MEETING)
STAGE_POINT = "deal.stage."
SHARED_KPIS = ("mql_count", "opportunity_rate", "win_rate")
