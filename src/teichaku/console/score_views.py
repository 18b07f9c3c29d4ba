"""Scores over time: one lead's day by day, and how all leads are spread."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.console.distribution_page import alarm_shown, distribution_context
from teichaku.console.editing import actor
from teichaku.console.lead_page import lead_label, lead_shown
from teichaku.console.score_history import score_history, why_changed
from teichaku.core.errors import TeichakuError
from teichaku.rulebook.selectors import zone_in_force
from teichaku.scoring.distribution import alarm_acknowledge


@require_safe
@needs("leads.view")
def lead_scores(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One lead's score day by day, and why it moved on the day that is asked for."""
    found, zone = lead_shown(uid), zone_in_force()
    if found is None:
        raise Http404
    if found.root_id != found.pk:
        return redirect("console:lead_scores", uid=found.root.uid)
    text = request.GET.get("day", "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error
    context = {
        "lead": found,
        "label": lead_label(found),
        "history": score_history(found.pk, zone),
        "day": day,
        "why": why_changed(found.pk, day, zone) if day else (),
    }
    return render(request, "console/lead_scores.html", context)


@require_safe
@needs("leads.view")
def distribution(request: HttpRequest) -> HttpResponse:
    """How the leads are spread over grades, MQLs per day, and what moved."""
    context = distribution_context()
    context["may_answer"] = "leads.segments" in rights_of(request)
    return render(request, "console/distribution.html", context)


@require_POST
@needs("leads.segments")
def alarm_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of the distribution, where somebody has said what was behind a movement."""
    alarm = alarm_shown(uid)
    if alarm is None:
        raise Http404
    try:
        alarm_acknowledge(alarm=alarm, reason=request.POST.get("reason", ""), actor=actor(request))
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your answer is kept."))
    return redirect("console:distribution")
