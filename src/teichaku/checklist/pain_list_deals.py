"""Open deals that stand still, and new deals that came from nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from teichaku.checklist.pain_lists import (
    Asked,
    Column,
    Estimate,
    PainList,
    Row,
    by_worth,
    estimate_of,
)
from teichaku.deals.models import Deal
from teichaku.deals.stalled import (
    Reason,
    StalledDeal,
    deals_open,
    deals_stalled,
    next_actions_known,
)
from teichaku.deals.unlinked import NewDeal, new_deals
from teichaku.leads.models import Lead


class _HasPeople(Protocol):
    @property
    def deal(self) -> int: ...
    @property
    def owner(self) -> int | None: ...
    @property
    def company(self) -> int | None: ...


def stalled_deals(asked: Asked) -> PainList:
    """Open deals past their close date, or without a next action."""
    title = _("Open deals standing still")
    if not Deal.objects.exists():
        return PainList("stalled_deals", title, "", "", needs=_no_deals())
    found = deals_stalled(asked.as_of, asked.zone)
    rows = by_worth(_stalled_rows(found, asked))
    whole = len(deals_open(asked.as_of, asked.zone))
    return PainList(
        key="stalled_deals",
        title=title,
        finding=_stalled_finding(found, whole),
        basis=_stalled_basis(found),
        columns=(
            Column("deal", _("Deal")),
            Column("company", _("Company")),
            Column("owner", _("In charge")),
            Column("reasons", _("Why")),
            Column("close_on", _("Expected to close"), "date"),
            Column("next_on", _("Next action on"), "date"),
            Column("days_late", _("Days late"), "number"),
            Column("amount", _("Amount"), "yen"),
        ),
        rows=rows,
        whole=whole,
        estimate=_amounts_estimated(rows, asked),
    )


def _stalled_rows(found: Sequence[StalledDeal], asked: Asked) -> list[Row]:
    deals, companies, people = _labels([stalled.deal for stalled in found], asked)
    words = reason_words()
    rows = []
    for stalled in found:
        deal = stalled.deal
        who = people.get(deal.owner or 0, "")
        cells = (
            deals[deal.deal],
            companies.get(deal.company or 0, ""),
            who,
            _(", ").join(words[reason] for reason in stalled.reasons),
            deal.close_on,
            deal.action.next_on if deal.action else None,
            stalled.days_late or None,
            deal.amount,
        )
        rows.append(Row(cells, who, deal.amount))
    return rows


def reason_words() -> dict[Reason, str]:
    """Why a deal stands still, as people read it."""
    return {
        "past_close_date": _("past its close date"),
        "past_next_action": _("past its next action"),
        "no_next_action": _("no next action"),
        "no_date": _("no date at all"),
    }


def _stalled_finding(found: Sequence[StalledDeal], whole: int) -> str:
    if not whole:
        return _("The files hold no open deal.")
    if not found:
        return _("Every open deal has a date that lies ahead.")
    return _("Of %(whole)s open deals, %(count)s stand still.") % {
        "count": f"{len(found):,}",
        "whole": f"{whole:,}",
    }


def _stalled_basis(found: Sequence[StalledDeal]) -> str:
    counts = Counter(reason for stalled in found for reason in stalled.reasons)
    parts = [
        _("%(reason)s %(count)s") % {"reason": word, "count": f"{counts[reason]:,}"}
        for reason, word in reason_words().items()
        if counts[reason]
    ]
    said = _(", ").join(parts)
    if next_actions_known():
        return said
    missing = _("next actions cannot be judged, for no file of activities tells of them")
    return said + _("; ") + missing if said else missing


def unlinked_deals(asked: Asked) -> PainList:
    """New deals of the last year that name no lead."""
    title = _("New deals without a lead")
    needs = "" if Deal.objects.exists() else _no_deals()
    if not needs and not Lead.objects.exists():
        needs = _("No file of leads was found, so no deal can be traced to one. Add it.")
    if needs:
        return PainList("unlinked_deals", title, "", "", needs=needs)
    new = new_deals(asked.as_of)
    found = [deal for deal in new if deal.lead is None]
    deals, companies, people = _labels(found, asked)
    rows = []
    for deal in found:
        who = people.get(deal.owner or 0, "")
        company = companies.get(deal.company or 0, "")
        cells = (deals[deal.deal], company, who, deal.created_on, _stage(deal), deal.amount)
        rows.append(Row(cells, who, deal.amount))
    ordered = by_worth(rows)
    return PainList(
        key="unlinked_deals",
        title=title,
        finding=_unlinked_finding(len(found), len(new)),
        basis=_("Deals created in the 365 days up to this day, without repeat business"),
        columns=(
            Column("deal", _("Deal")),
            Column("company", _("Company")),
            Column("owner", _("In charge")),
            Column("created_on", _("Created"), "date"),
            Column("stage", _("Stage")),
            Column("amount", _("Amount"), "yen"),
        ),
        rows=ordered,
        whole=len(new),
        estimate=_amounts_estimated(ordered, asked),
    )


def _stage(deal: NewDeal) -> str:
    """The stage by its label; the two that every pipeline has, in the language in use."""
    return {"won": _("Won"), "lost": _("Lost")}.get(deal.stage_key, deal.stage)


def _unlinked_finding(count: int, whole: int) -> str:
    if not whole:
        return _("No new deal was created in the last year.")
    if not count:
        return _("Every new deal can be traced to a lead.")
    return _("Of %(whole)s new deals in a year, %(count)s name no lead.") % {
        "count": f"{count:,}",
        "whole": f"{whole:,}",
    }


def _no_deals() -> str:
    return _("No file of deals was found. Add the list of deals from your SFA or CRM.")


def _labels(
    rows: Sequence[_HasPeople], asked: Asked
) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    names = asked.names
    return (
        names.deals(row.deal for row in rows),
        names.companies(row.company for row in rows if row.company),
        names.people(row.owner for row in rows if row.owner),
    )


def _amounts_estimated(rows: Sequence[Row], asked: Asked) -> Estimate | None:
    """What the deals without an amount may bring."""
    without = sum(row.amount is None for row in rows)
    return estimate_of(without, asked.win_rate, asked, rate_name=_("win rate"))
