"""Segments: the list, one with who came and went, and the form that says who belongs."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.console.editing import actor
from teichaku.console.lead_page import lead_label, lead_shown
from teichaku.console.segment_editing import SegmentEditing
from teichaku.console.segment_page import places_shown, segment_context, segment_lines
from teichaku.core.errors import TeichakuError
from teichaku.rulebook.selectors import rulebook_in_force, zone_in_force
from teichaku.scoring.models import Segment
from teichaku.scoring.segments import segment_archive, segment_delete, segment_restore
from teichaku.scoring.selectors import freshness, places_of, segment_shown


@require_safe
@needs("leads.view")
def segment_list(request: HttpRequest) -> HttpResponse:
    """Every segment with how many leads are in it."""
    archived = bool(request.GET.get("archived"))
    context = {
        "lines": segment_lines(archived=archived),
        "fresh": freshness(),
        "archived": archived,
        "rulebook": rulebook_in_force(),
        "zone": zone_in_force(),
        "may_edit": "leads.segments" in rights_of(request),
    }
    return render(request, "console/segment_list.html", context)


@require_safe
@needs("leads.view")
def segment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One segment: its condition, how fresh it is, who came in and who left."""
    context = segment_context(_found(uid), request.GET.get("before", ""))
    if context is None:
        raise Http404
    context["may_edit"] = "leads.segments" in rights_of(request)
    return render(request, "console/segment.html", context)


@require_http_methods(["GET", "POST"])
@needs("leads.segments")
def segment_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """The form of a segment, a new one without ``uid``; once saved, its page."""
    editing = SegmentEditing(_found(uid) if uid else None, request.POST or None)
    if request.method == "POST" and editing.is_to_be_saved:
        saved = editing.save(actor(request))
        if saved is not None:
            messages.success(request, _("The segment is saved."))
            return redirect("console:segment", uid=saved.uid)
    context = {"editing": editing, "segment": editing.segment}
    status = 400 if editing.refused else 200
    return render(request, "console/segment_edit.html", context, status=status)


@require_POST
@needs("leads.segments")
def segment_turn(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of the segment, which is archived or followed again; deleted, the list."""
    found, doer = _found(uid), actor(request)
    try:
        if "delete" in request.POST:
            segment_delete(segment=found, actor=doer)
            messages.success(request, _("The segment is deleted."))
            return redirect("console:segment_list")
        if "restore" in request.POST:
            segment_restore(segment=found, actor=doer)
        else:
            segment_archive(segment=found, actor=doer)
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("console:segment", uid=uid)


@require_safe
@needs("leads.view")
def lead_segments(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Why one lead is in each segment, or is not."""
    found, rulebook = lead_shown(uid), rulebook_in_force()
    if found is None:
        raise Http404
    if found.root_id != found.pk:
        return redirect("console:lead_segments", uid=found.root.uid)
    places = places_of(found.pk, rulebook) if rulebook else []
    context = {
        "lead": found,
        "label": lead_label(found),
        "places": places_shown(places, rulebook),
        "zone": zone_in_force(),
    }
    return render(request, "console/lead_segments.html", context)


def _found(uid: UUID) -> Segment:
    found = segment_shown(uid)
    if found is None:
        raise Http404
    return found
