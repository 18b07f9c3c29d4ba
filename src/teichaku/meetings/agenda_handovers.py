"""Handovers that nobody answered in time, and what came back, as rows of an agenda.

They stand under their company: people's names are not kept in what is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.core.canonical import Json
from teichaku.handover.breaches import overdue
from teichaku.handover.models import Breach, Handover, Return
from teichaku.handover.reasons import return_label
from teichaku.meetings.agenda import Frame, Row

LATE: Mapping[str, Promise] = {
    Breach.Clock.ACCEPT: _("Not accepted or returned; the deadline was %(due)s."),
    Breach.Clock.TOUCH: _("Not contacted yet; the deadline was %(due)s."),
}
RETURNED: Mapping[str, Promise] = {
    "returned": _("Returned for “%(reason)s”."),
    "adopted": _("Marketing takes it up: %(text)s"),
    "declined": _("Marketing does not take it up: %(text)s"),
    "waits": _("Marketing has not answered yet."),
}


def late_rows(frame: Frame) -> list[Row]:
    """Handovers that have missed a deadline so far, the longest first."""
    rows: dict[int, Row] = {}
    for name in (Breach.Clock.ACCEPT, Breach.Clock.TOUCH):
        for handover in overdue(name).select_related("lead__root__company__root"):
            due = handover.accept_due if name == Breach.Clock.ACCEPT else handover.touch_due
            told = {"due": f"{due.astimezone(frame.zone):%Y/%m/%d %H:%M}" if due else ""}
            rows.setdefault(handover.pk, _row(handover, [(name, told)]))
    return list(rows.values())


def returned_rows(frame: Frame) -> list[Row]:
    """What came back since the last meeting, and whatever waits for an answer."""
    standing = Return.objects.filter(undone_at=None, at__lte=frame.as_of)
    rows = standing.filter(at__gte=frame.since) | standing.filter(reply=None)
    found = rows.select_related("handover__lead__root__company__root", "reply").order_by("at")
    return [_row(one.handover, _said(one)) for one in found]


def _said(returned: Return) -> list[tuple[str, Mapping[str, Json]]]:
    with translation.override(settings.LANGUAGE_CODE):  # a text of the company, kept as it read
        reason = {"reason": str(return_label(returned.reason))}
    reply = getattr(returned, "reply", None)
    if reply is None:
        return [("returned", reason), ("waits", {})]
    return [
        ("returned", reason),
        ("adopted" if reply.adopted else "declined", {"text": reply.text}),
    ]


def _row(handover: Handover, why: list[tuple[str, Mapping[str, Json]]]) -> Row:
    company = handover.lead.root.company
    return Row(
        subject=company.root.name if company else "–",
        address=reverse("handover:card", args=[handover.uid]),
        why=why,
    )
