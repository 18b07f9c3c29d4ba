"""放置リード: leads that became hot and that nobody in sales has touched for 30 days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.checklist.diagnosis_kpi import Baseline
from teichaku.checklist.pain_lists import Asked, Column, PainList, Row, estimate_of
from teichaku.core import bulk
from teichaku.deals.models import Activity
from teichaku.deals.touches import touches
from teichaku.leads.models import Lead

UNTOUCHED_DAYS = 30
LOOKUP_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class _Hot:
    """Root leads with the day on which they became hot, and what makes them so."""

    since: Mapping[int, date]
    basis: str
    are_mqls: bool


def hot_leads_untouched(asked: Asked, kpi: Baseline) -> PainList:
    """The list; without any lead it names the file that is missing."""
    title = _("Hot leads left alone")
    if not Lead.objects.exists():
        return PainList(
            key="hot_leads",
            title=title,
            finding="",
            basis="",
            needs=_("No file of leads was found. Add the list of leads from your MA tool."),
        )
    hot = _hot(asked, kpi)
    rows = _rows(hot, asked)
    return PainList(
        key="hot_leads",
        title=title,
        finding=_finding(hot, len(rows)),
        basis=_basis(hot),
        columns=(
            Column("lead", _("Lead")),
            Column("company", _("Company")),
            Column("owner", _("In charge")),
            Column("hot_on", _("MQL since") if hot.are_mqls else _("Registered on"), "date"),
            Column("touched_on", _("Last contact"), "date"),
            Column("days", _("Days untouched"), "number"),
        ),
        rows=rows,
        whole=len(hot.since),
        estimate=estimate_of(len(rows), asked.close_rate, asked, rate_name=_("close rate")),
    )


def _hot(asked: Asked, kpi: Baseline) -> _Hot:
    if kpi.provisional:
        basis = _(
            "MQLs by a provisional rule of ours (40 points from forms, downloads, seminars and"
            " visits), because the files hold no MQL dates"
        )
        return _Hot(kpi.mql_since, basis, are_mqls=True)
    if kpi.rulebook is not None:
        basis = _("MQLs by the rulebook “%(title)s”") % {"title": kpi.rulebook.title}
        return _Hot(kpi.mql_since, basis, are_mqls=True)
    if kpi.mql_since:
        return _Hot(kpi.mql_since, _("MQLs by the dates in the files"), are_mqls=True)
    return _Hot(
        _known_since(asked),
        _("All leads, because the files hold neither MQL dates nor behaviour"),
        are_mqls=False,
    )


def _known_since(asked: Asked) -> dict[int, date]:
    rows = Lead.objects.filter(pk=F("root"), created_at__isnull=False)
    days = {
        lead: at.astimezone(asked.zone).date()
        for lead, at in rows.values_list("pk", "created_at").iterator(LOOKUP_SIZE)
        if at is not None
    }
    return {lead: day for lead, day in days.items() if day <= asked.as_of}


def _rows(hot: _Hot, asked: Asked) -> tuple[Row, ...]:
    """Those who have been hot for 30 days, are in no running or won deal, and were not touched."""
    limit = asked.as_of - timedelta(days=UNTOUCHED_DAYS)
    contacts = touches(asked.as_of, asked.zone)
    found: list[tuple[int, int | None, int | None, date, date | None]] = []
    due = [lead for lead, day in hot.since.items() if day <= limit]
    for lead, company, owner in _places(due):
        last = contacts.last(lead, company)
        if not contacts.is_busy(lead, company) and (last is None or last <= limit):
            found.append((lead, company, owner, hot.since[lead], last))
    names = asked.names
    leads = names.leads(row[0] for row in found)
    companies = names.companies(row[1] for row in found if row[1])
    people = names.people(row[2] for row in found if row[2])
    rows = []
    for lead, company, owner, since, last in sorted(found, key=lambda row: (row[3], row[0])):
        days = (asked.as_of - max(since, last or since)).days
        who = people.get(owner or 0, "")
        rows.append(
            Row((leads[lead], companies.get(company or 0, ""), who, since, last, days), who)
        )
    return tuple(reversed(rows))


def _places(leads: list[int]) -> list[tuple[int, int | None, int | None]]:
    """Each lead with its root company and its owner."""
    found: list[tuple[int, int | None, int | None]] = []
    for chunk in bulk.chunked(leads, LOOKUP_SIZE):
        rows = Lead.objects.filter(pk__in=chunk)
        found.extend(rows.values_list("pk", "company__root_id", "owner_id"))
    return found


def _finding(hot: _Hot, count: int) -> str:
    if not count:
        return _("Nobody who became hot has been left alone for 30 days.")
    if hot.are_mqls:
        return ngettext(
            "Of %(whole)s MQLs, sales has left %(count)s alone for 30 days or more.",
            "Of %(whole)s MQLs, sales has left %(count)s alone for 30 days or more.",
            count,
        ) % {"count": f"{count:,}", "whole": f"{len(hot.since):,}"}
    return _("Of %(whole)s leads, sales has left %(count)s alone for 30 days or more.") % {
        "count": f"{count:,}",
        "whole": f"{len(hot.since):,}",
    }


def _basis(hot: _Hot) -> str:
    touched = _("contact: deals and activities")
    if not Activity.objects.exists():
        touched = _("contact: deals alone, for no file of activities was found")
    return hot.basis + _("; ") + touched
