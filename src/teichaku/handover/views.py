"""The inbox and what is done there with a handover."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.actors import Actor
from teichaku.core.errors import TeichakuError
from teichaku.deals.contacts import CONTACTS
from teichaku.handover.card import card_for_user
from teichaku.handover.contact import contact_record
from teichaku.handover.forms import DisqualifyForm, colleague_chosen
from teichaku.handover.inbox import (
    VIEWS,
    handover_for_user,
    inbox_for_user,
    may_decide,
    offers_to,
)
from teichaku.handover.models import Handover
from teichaku.handover.reasons import DISQUALIFY_REASONS, VERDICT_REASONS
from teichaku.handover.replies import verdict_set
from teichaku.handover.services import (
    handover_accept,
    handover_assign,
    handover_disqualify,
    handover_later,
    handover_offer,
    handover_pass_on,
    handover_return,
    handover_undo,
    offer_answer,
)

Act = Callable[[Handover, Actor], object]


@require_safe
@needs("handover.decide")
def inbox(request: HttpRequest) -> HttpResponse:
    """The person's handovers, the most pressing one opened beside them."""
    return _page(request, None)


@require_safe
@needs("handover.view")
def card(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One handover beside the person's list."""
    return _page(request, _found(request, uid))


@require_POST
@needs("handover.decide")
def accept(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover, accepted."""
    return _acted(request, uid, lambda row, actor: handover_accept(handover=row, actor=actor))


@require_POST
@needs("handover.decide")
def give_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover, returned to marketing with its reason."""
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    return _acted(
        request, uid,
        lambda row, actor: handover_return(handover=row, reason=reason, note=note, actor=actor),
    )  # fmt: skip


@require_POST
@needs("handover.decide")
def later(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover, put off for a while."""
    return _acted(request, uid, lambda row, actor: handover_later(handover=row, actor=actor))


@require_POST
@needs("handover.decide")
def give(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A colleague is asked to take it over; what a manager says is done."""
    user = person_of(request)
    by_manager = "handover.manage" in rights_of(request)

    def act(row: Handover, actor: Actor) -> object:
        colleague = colleague_chosen(request.POST.get("colleague", ""))
        if by_manager and row.owner_id != user.pk:
            return handover_assign(handover=row, owner=colleague, actor=actor)
        return handover_offer(handover=row, colleague=colleague, actor=actor)

    return _acted(request, uid, act)


@require_POST
@needs("handover.decide")
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The colleague's yes or no."""
    user = person_of(request)
    offer = (
        offers_to(user).filter(handover__uid=uid).select_related("handover", "colleague").first()
    )
    if offer is None:
        raise Http404
    agreed = "agree" in request.POST
    try:
        offer_answer(offer=offer, agreed=agreed, actor=actor_of(user))
    except TeichakuError as error:
        messages.error(request, str(error))
        return redirect("handover:inbox")
    if agreed:
        return redirect("handover:card", uid=uid)
    messages.success(request, _("Your colleague keeps the lead."))
    return redirect("handover:inbox")


@require_POST
@needs("handover.decide")
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover as it was a moment ago."""
    return _acted(request, uid, lambda row, actor: handover_undo(handover=row, actor=actor))


@require_POST
@needs("handover.decide")
def contact(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover, with the contact that was made."""
    how, note = request.POST.get("how", ""), request.POST.get("note", "")
    return _acted(
        request, uid,
        lambda row, actor: contact_record(handover=row, how=how, note=note, actor=actor),
    )  # fmt: skip


@require_POST
@needs("handover.decide")
def verdict(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover, judged."""
    good, reason = "good" in request.POST, request.POST.get("reason", "")
    return _acted(
        request, uid,
        lambda row, actor: verdict_set(handover=row, good=good, reason=reason, actor=actor),
    )  # fmt: skip


@require_POST
@needs("handover.decide")
def pass_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The handover, passed on to field sales."""
    return _acted(request, uid, lambda row, actor: handover_pass_on(handover=row, actor=actor))


@require_POST
@needs("handover.decide")
def disqualify(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The lead, back to nurturing."""
    form = DisqualifyForm(request.POST)
    if not form.is_valid():
        return _page(request, _found(request, uid), gone=form, status=422)
    told = form.cleaned_data
    return _acted(
        request, uid,
        lambda row, actor: handover_disqualify(
            handover=row, reason=told["reason"], note=told["note"],
            approach_again_on=told["approach_again_on"], actor=actor,
        ),
        gone=form,
    )  # fmt: skip


def _acted(request: HttpRequest, uid: UUID, act: Act, **again: object) -> HttpResponse:
    """Back to the handover, after the act; what cannot be done is said beside what was typed."""
    row, user = _found(request, uid), person_of(request)
    if not may_decide(user, rights_of(request), row):
        raise Http404
    try:
        act(row, actor_of(user))
    except TeichakuError as error:
        return _page(request, _found(request, uid), error=str(error), status=422, **again)
    following = request.POST.get("next", "")
    if following.startswith("/leads/"):
        return redirect(following)
    return redirect("handover:card", uid=uid)


def _page(
    request: HttpRequest, picked: Handover | None, *, status: int = 200, **more: object
) -> HttpResponse:
    user, rights = person_of(request), rights_of(request)
    view = request.GET.get("view", VIEWS[0])
    if view not in VIEWS:
        raise Http404
    box = inbox_for_user(user, view, by_points=request.GET.get("sort") == "points")
    shown = picked or (box.first.handover if box.first else None)
    context = {
        "box": box,
        "view": view,
        "picked": picked,
        "card": card_for_user(shown, user, rights) if shown else None,
        "contacts": CONTACTS.items(),
        "verdict_reasons": VERDICT_REASONS.items(),
        "disqualify_reasons": DISQUALIFY_REASONS.items(),
        "gone": DisqualifyForm(),
        "posted": request.POST,
        **more,
    }
    return render(request, "handover/inbox.html", context, status=status)


def _found(request: HttpRequest, uid: UUID) -> Handover:
    found = handover_for_user(person_of(request), rights_of(request), uid)
    if found is None:
        raise Http404
    return found
