"""Duplicates: the groups that may be one, what merging a group would do, and the way back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.console.company_page import company_shown, deals_at, people_shown
from teichaku.console.duplicate_lists import PAGE, company_groups, lead_groups
from teichaku.console.editing import actor
from teichaku.console.group_merges import Record, groups_merge, page_of, records_chosen
from teichaku.console.lead_fields import field_label
from teichaku.console.merge_preview import merge_preview
from teichaku.console.merge_undo import undo_offer, undo_offered
from teichaku.core.errors import TeichakuError
from teichaku.leads.company_merges import (
    company_fills,
    company_merge,
    company_unmerge,
    pairs_keep_apart,
)
from teichaku.leads.duplicate_search import search_request
from teichaku.leads.models import Company, CompanyMergeEntry, DistinctPair, Lead
from teichaku.rulebook.selectors import zone_in_force


@require_http_methods(["GET", "POST"])
@needs("leads.merge")
def company_join(request: HttpRequest, uid: UUID, other: UUID) -> HttpResponse:
    """What merging the other company into this one would do; on POST it is done."""
    kept, merged = company_shown(uid), company_shown(other)
    if kept is None or merged is None or kept.root_id == merged.root_id:
        raise Http404
    if request.method == "POST":
        try:
            done = company_merge(kept=kept, merged=merged, actor=actor(request))
        except TeichakuError as error:
            messages.error(request, str(error))
            return redirect("console:duplicates")
        undo_offer(request, [done])
        return redirect("console:company", uid=done.kept.uid)
    fills = [(field_label("company", name), value) for name, value in company_fills(kept, merged)]
    context = {
        "kept": kept,
        "merged": merged,
        "fills": fills,
        "people": people_shown(merged),
        "deals": deals_at(merged),
    }
    return render(request, "console/company_join.html", context)


@require_POST
@needs("leads.merge")
def company_split(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of the kept company, with the merge undone."""
    entry = CompanyMergeEntry.objects.filter(uid=uid).select_related("kept", "merged").first()
    if entry is None:
        raise Http404
    try:
        company_unmerge(entry=entry, actor=actor(request))
        told = _("“%(name)s” is a company of its own again, with its people and deals.")
        messages.success(request, told % {"name": entry.merged.name})
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("console:company", uid=entry.kept.uid)


@require_safe
@needs("leads.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Leads or companies that may stand in the data twice."""
    of_leads = request.GET.get("of") == "leads"
    found = (lead_groups if of_leads else company_groups)(page_of(request))
    context = {
        "of_leads": of_leads,
        "found": found,
        "undo": undo_offered(request),
        "zone": zone_in_force(),
    }
    part = "console/duplicate_search.html"
    return render(request, part if _is_part(request) else "console/duplicates.html", context)


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "search"


@require_POST
@needs("leads.merge")
def duplicates_search(request: HttpRequest) -> HttpResponse:
    """The list; all companies, or all leads, are compared anew soon."""
    of_leads = request.POST.get("of") == "leads"
    search_request(DistinctPair.Kind.LEAD if of_leads else DistinctPair.Kind.COMPANY)
    if of_leads:
        told = _("All leads are being compared. This page shows how far it is.")
    else:
        told = _("All companies are being compared. This page shows how far it is.")
    messages.info(request, told)
    return redirect(_list(of_leads))


@require_POST
@needs("leads.merge")
def duplicates_decide(request: HttpRequest) -> HttpResponse:
    """What merging the group would do; confirmed or told apart, the list without the group."""
    of_leads = request.POST.get("of") == "leads"
    rows = records_chosen(request.POST.get("uids", ""), Lead if of_leads else Company)
    if len(rows) < 2:
        raise Http404
    if "apart" in request.POST:
        kind = DistinctPair.Kind.LEAD if of_leads else DistinctPair.Kind.COMPANY
        pairs_keep_apart(kind=kind, roots=[row.root_id for row in rows], actor=actor(request))
        messages.success(request, _("Kept apart. They are not shown as duplicates again."))
        return redirect(_list(of_leads))
    keep = next((row for row in rows if str(row.uid) == request.POST.get("keep")), None)
    if keep is None:
        raise Http404
    rows.sort(key=lambda row: row != keep)
    return _merge(request, [rows], of_leads)


@require_POST
@needs("leads.merge")
def duplicates_bulk(request: HttpRequest) -> HttpResponse:
    """What merging the marked groups would do; confirmed, the list without them."""
    of_leads = request.POST.get("of") == "leads"
    marked = request.POST.getlist("group")[:PAGE]
    groups = [records_chosen(uids, Lead if of_leads else Company) for uids in marked]
    groups = [rows for rows in groups if len(rows) > 1]
    if not groups:
        messages.info(request, _("Mark at least one group first."))
        return redirect(_list(of_leads))
    return _merge(request, groups, of_leads)


def _merge(request: HttpRequest, groups: list[list[Record]], of_leads: bool) -> HttpResponse:
    """What merging each group into its first one would do; confirmed, the list without them."""
    if "confirmed" not in request.POST:
        previews = [merge_preview(rows[0], rows[1:]) for rows in groups]
        context = {"previews": previews, "of_leads": of_leads}
        return render(request, "console/duplicates_merge.html", context)
    merges, errors = groups_merge(groups, actor(request))
    for error in errors:
        messages.error(request, error)
    if merges:
        undo_offer(request, merges)
    return redirect(_list(of_leads))


def _list(of_leads: bool) -> str:
    return reverse("console:duplicates") + ("?of=leads" if of_leads else "")
