"""The words and the picture for each type of event; a company's own type is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENT_WORDS: Mapping[str, str | Promise] = {
    "page_view": _("Page view"),
    "page_read": _("Time on a page"),
    "form_submit": _("Form sent"),
    "download": _("Download"),
    "email_open": _("Mail opened"),
    "email_click": _("Link in a mail clicked"),
    "seminar_register": _("Registered for a seminar"),
    "seminar_attend": _("Attended a seminar"),
    "exhibition": _("Met at an exhibition"),
    "card_exchange": _("Business cards exchanged"),
    "call": _("Call"),
    "meeting": _("Meeting"),
    "web_custom": _("Own web event"),
    "deal_created": _("Deal created"),
    "deal_won": _("Deal won"),
    "deal_lost": _("Deal lost"),
    "handover_accepted": _("Handover accepted"),
    "handover_returned": _("Handed back to marketing"),
    "opt_out": _("Opted out of mail"),
}
EVENT_ICONS: Mapping[str, str] = {
    "page_view": "eye",
    "page_read": "clock",
    "form_submit": "file-text",
    "download": "download",
    "email_open": "mail",
    "email_click": "mail",
    "seminar_register": "calendar",
    "seminar_attend": "calendar",
    "exhibition": "users",
    "card_exchange": "users",
    "call": "phone",
    "meeting": "calendar",
    "deal_created": "briefcase",
    "deal_won": "circle-check",
    "deal_lost": "circle-x",
    "handover_accepted": "circle-check",
    "handover_returned": "circle-x",
    "opt_out": "circle-x",
}
OTHER_ICON = "info"
_RECORDERS: Mapping[str, str | Promise] = {
    "tag": _("Web site"),
    "asset": _("Files to hand out"),
}


def recorder_word(source: str) -> str | Promise:
    """How a page says who recorded an event: a part of the product, or the name of a system."""
    kind, _sep, name = source.partition(":")
    return _RECORDERS.get(kind) or (name if kind == "api" else source)
