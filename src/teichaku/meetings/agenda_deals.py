"""Deals that need a decision, as rows of an agenda."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.core.models import Change
from teichaku.deals.conformance import would_stop
from teichaku.deals.deal_state import quiet_days, stale
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Deal, Stage
from teichaku.meetings.agenda import Frame, Row

PUSHES = 2  # from the second time on a later order date is worth a word
BREAKS: Mapping[str, Promise] = {
    "breaks": _("Does not fit the check “%(gate)s”."),
}
PUSHED: Mapping[str, Promise] = {
    "pushed": _("The expected order date was put off %(times)d times, last to %(to)s."),
}
STALE: Mapping[str, Promise] = {
    "quiet": _("Nothing has moved for %(days)d days."),
}


def gate_break_rows(frame: Frame) -> list[Row]:
    """Deals since the last meeting that do not fit a check, whatever way they were written."""
    first = frame.since.astimezone(frame.zone).date()
    why: dict[int, list[tuple[str, Mapping[str, str]]]] = defaultdict(list)
    for gate in gate_book().gates:
        label = gate.rule.label or gate.rule.id
        for stopped in would_stop(gate.rule.id, first, frame.day):
            why[stopped.deal].append(("breaks", {"gate": label}))
    deals = _deals(why)
    return [_row(deal, why[deal.pk]) for deal in deals]


def pushed_rows(frame: Frame) -> list[Row]:
    """Open deals whose expected order date was put off since the last meeting, and before."""
    open_deals = Deal.objects.filter(stage__kind=Stage.Kind.OPEN, is_pending=False)
    history = Change.objects.filter(
        object_type="deals.deal", field="close_on", object_id__in=open_deals.values("pk")
    )
    recent = history.filter(recorded_at__gte=frame.since, recorded_at__lte=frame.as_of)
    ids = set(recent.values_list("object_id", flat=True))
    pushes: dict[int, list[str]] = defaultdict(list)
    told = history.filter(object_id__in=ids, recorded_at__lte=frame.as_of).order_by("at", "pk")
    for deal, old, new, at in told.values_list("object_id", "old", "new", "recorded_at"):
        if old and new and new > old:  # days as texts: later ones come after
            pushes[deal].append(new if at >= frame.since else "")
    often = {pk: days for pk, days in pushes.items() if len(days) >= PUSHES and days[-1]}
    return [
        _row(deal, [("pushed", {"times": len(often[deal.pk]), "to": often[deal.pk][-1]})])
        for deal in _deals(often)
    ]


def stale_rows(frame: Frame) -> list[Row]:
    """Open deals that nothing has moved for long, the quietest first."""
    rows = stale(Deal.objects.filter(is_pending=False), frame.as_of)
    deals = list(rows.select_related("company__root", "stage").order_by("pk"))
    days = quiet_days(deals, frame.as_of)
    deals.sort(key=lambda deal: (-days.get(deal.pk, 0), deal.pk))
    return [_row(deal, [("quiet", {"days": days[deal.pk]})]) for deal in deals if deal.pk in days]


def _deals(ids: Collection[int]) -> list[Deal]:
    rows = Deal.objects.filter(pk__in=list(ids), is_pending=False)
    return list(rows.select_related("company__root").order_by("-pk"))


def _row(deal: Deal, why: Collection[tuple[str, Mapping[str, str | int]]]) -> Row:
    return Row(
        subject=str(deal),
        about=deal.company.root.name if deal.company else "",
        address=reverse("deals:detail", args=[deal.uid]),
        why=list(why),
    )
