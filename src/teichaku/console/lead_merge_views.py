"""Merging people with a choice per field, and taking a merge back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from teichaku.accounts.access import needs
from teichaku.console.editing import actor
from teichaku.console.lead_merge_page import (
    MergePage,
    choices_made,
    leads_to_merge,
    merge_entry,
    merge_page,
    split_page,
)
from teichaku.console.merge_undo import undo_do, undo_offer
from teichaku.core.errors import TeichakuError
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_unmerge, leads_merge


@require_http_methods(["GET", "POST"])
@needs("leads.merge")
def lead_join(request: HttpRequest) -> HttpResponse:
    """What merging these people would do, field by field; on POST it is done as chosen."""
    page = _page(request)
    if request.method == "POST":
        try:
            entries = leads_merge(
                kept=page.kept,
                merged=page.others,
                actor=actor(request),
                chosen=choices_made(page, request.POST),
            )
        except TeichakuError as error:
            messages.error(request, str(error))
            return redirect("console:duplicates")
        undo_offer(request, entries)
        return redirect("console:lead", uid=entries[0].kept.uid)
    return render(request, "console/lead_join.html", {"page": page})


def _page(request: HttpRequest) -> MergePage:
    people = leads_to_merge(request.GET.getlist("lead"))
    keep = request.GET.get("keep", "")
    people.sort(key=lambda row: str(row.uid) != keep)
    if len(people) < 2:
        raise Http404
    return merge_page(people[0], people[1:])


@require_http_methods(["GET", "POST"])
@needs("leads.merge")
def lead_split(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What taking the merge back would do; on POST it is done."""
    entry = merge_entry(uid)
    if entry is None:
        raise Http404
    if request.method == "GET" and entry.undone_at is None:
        return render(request, "console/lead_split.html", {"page": split_page(entry)})
    try:
        lead_unmerge(entry=entry, actor=actor(request))
        told = _("“%(name)s” is a lead of its own again, with its history.")
        messages.success(request, told % {"name": entry.merged})
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("console:lead", uid=entry.kept.uid)


@require_POST
@needs("leads.merge")
def merges_undo(request: HttpRequest) -> HttpResponse:
    """The page where people or companies were just merged, without that."""
    try:
        kept, count = undo_do(request, actor(request))
    except TeichakuError as error:
        messages.error(request, str(error))
        return redirect("console:duplicates")
    if kept is None:
        messages.info(
            request, _("The time for this is over. Undo the merge on the page of the one kept.")
        )
        return redirect("console:duplicates")
    told = ngettext("%(count)s merge was undone.", "%(count)s merges were undone.", count)
    messages.success(request, told % {"count": count})
    return redirect("console:lead" if isinstance(kept, Lead) else "console:company", uid=kept.uid)
