"""Exceptions, and how the gates fare."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core import clock
from teichaku.core.errors import TeichakuError
from teichaku.deals.gate_evidence import gate_review
from teichaku.deals.gate_page import DAYS, gates_page
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import GateDecision, Waiver
from teichaku.deals.visible_deals import deals_for_user
from teichaku.deals.waiver_list import waivers_of, waivers_to_answer
from teichaku.deals.waivers import waiver_answer


@require_safe
@needs("deals.view")
def exceptions(request: HttpRequest) -> HttpResponse:
    """The exceptions that wait for the person's answer, and those that the person asked for."""
    user = person_of(request)
    return render(request, "deals/exceptions.html", _exceptions(user.pk, request))


def _exceptions(user_id: int, request: HttpRequest) -> dict[str, object]:
    waiting = waivers_to_answer(user_id)
    return {
        "waiting": waiting,
        "mine": waivers_of(user_id),
        "view": request.GET.get("view") or ("answer" if waiting else "mine"),
        "zone": gate_book().zone,
        "now": clock.now(),
    }


@require_POST
@needs("deals.view")
def exception_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, without the exception that was granted or refused."""
    user = person_of(request)
    waiver = Waiver.objects.filter(uid=uid).select_related("deal").first()
    if waiver is None or not deals_for_user(user).filter(pk=waiver.deal_id).exists():
        raise Http404
    granted, note = "grant" in request.POST, request.POST.get("note", "").strip()[:2_000]
    if not granted and not note:
        text = _("Say why the exception is refused, so that the owner knows what to do.")
        context = {**_exceptions(user.pk, request), "view": "answer", "wrong": (waiver.pk, text)}
        return render(request, "deals/exceptions.html", context, status=422)
    try:
        waiver_answer(waiver=waiver, granted=granted, actor=actor_of(user), note=note)
    except TeichakuError as error:
        messages.error(request, str(error))
        return redirect("deals:exceptions")
    told = _("The exception is granted.") if granted else _("The exception is refused.")
    messages.success(request, told)
    return redirect("deals:exceptions")


@require_safe
@needs("deals.view")
def gates(request: HttpRequest) -> HttpResponse:
    """The gates in force with their figures."""
    context = {
        "page": gates_page(person_of(request)),
        "days": DAYS,
        "zone": gate_book().zone,
        "may_review": "deals.gate_review" in rights_of(request),
    }
    return render(request, "deals/gates.html", context)


@require_POST
@needs("deals.gate_review")
def decision_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of the gates, with the judgement on one verdict."""
    decision = GateDecision.objects.filter(uid=uid).first()
    if decision is None:
        raise Http404
    try:
        gate_review(
            decision=decision, wrong="wrong" in request.POST, actor=actor_of(person_of(request))
        )
        messages.success(request, _("The judgement is recorded."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("deals:gates")
