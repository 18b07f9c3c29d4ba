"""Marketing's page of returns, the managers' page, and what moved at a person's accounts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.deals.contacts import CONTACTS
from teichaku.handover.board import board
from teichaku.handover.book import handover_book
from teichaku.handover.capacities import capacity_set
from teichaku.handover.contact import lead_contact_record
from teichaku.handover.feedback import (
    months_of_feedback,
    return_to_answer,
    returns_answered,
    returns_open,
)
from teichaku.handover.forms import CapacityForm, colleague_chosen
from teichaku.handover.held import held_choose, held_queue
from teichaku.handover.moves import moves_of, since_last_morning
from teichaku.handover.replies import reply_add


@require_safe
@needs("handover.answer")
def returns(request: HttpRequest) -> HttpResponse:
    """What came back from sales, what was answered, and what it changed."""
    return render(request, "handover/returns.html", _returns(request))


@require_POST
@needs("handover.answer")
def reply(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page, with the answer to one return."""
    returned = return_to_answer(uid)
    if returned is None:
        raise Http404
    adopted, text = request.POST.get("adopted", ""), request.POST.get("text", "")
    try:
        if adopted not in ("yes", "no"):
            raise InvalidInput(_("Choose whether the feedback is taken up."))
        reply_add(
            returned=returned, adopted=adopted == "yes", text=text,
            actor=actor_of(person_of(request)),
        )  # fmt: skip
    except TeichakuError as error:
        again = {"wrong": (returned.pk, str(error)), "posted": request.POST}
        return render(request, "handover/returns.html", {**_returns(request), **again}, status=422)
    messages.success(request, _("The answer is recorded. Whoever returned the lead is told of it."))
    return redirect("handover:returns")


def _returns(request: HttpRequest) -> dict[str, object]:
    book = handover_book()
    view = request.GET.get("view", "open")
    return {
        "view": view if view in ("open", "answered", "months") else "open",
        "open": returns_open(),
        "answered": returns_answered(),
        "months": months_of_feedback(book.today()),
        "zone": book.zone,
    }


@require_safe
@needs("handover.manage")
def overview(request: HttpRequest) -> HttpResponse:
    """What is late, what nobody has, how handovers fare, who has how much."""
    return render(request, "handover/board.html", {"board": board(), "zone": handover_book().zone})


@require_POST
@needs("handover.manage")
def capacity(request: HttpRequest) -> HttpResponse:
    """The managers' page, with one person's numbers changed."""
    form = CapacityForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter whole numbers from 0 to 1,000."))
        return redirect("handover:overview")
    try:
        user = colleague_chosen(request.POST.get("user", ""))
        capacity_set(user=user, actor=actor_of(person_of(request)), **form.cleaned_data)
        messages.success(request, _("Saved. It counts from the next lead on."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("handover:overview")


@require_safe
@needs("handover.decide")
def moves(request: HttpRequest) -> HttpResponse:
    """What moved at the person's accounts since the last working morning."""
    user, book = person_of(request), handover_book()
    since = since_last_morning(book, user)
    context = {
        "moves": moves_of(user, since), "since": since, "zone": book.zone,
        "contacts": CONTACTS.items(),
    }  # fmt: skip
    return render(request, "handover/moves.html", context)


@require_POST
@needs("handover.decide")
def move_contact(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page, with the contact that was made with one of the leads on it."""
    user, book = person_of(request), handover_book()
    mine = moves_of(user, since_last_morning(book, user))
    lead = next((move.lead for move in mine if move.lead.uid == uid), None)
    if lead is None:
        raise Http404
    try:
        lead_contact_record(lead=lead, how=request.POST.get("how", ""), actor=actor_of(user))
        messages.success(request, _("The contact is recorded."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("handover:moves")


@require_safe
@needs("handover.answer")
def held(request: HttpRequest) -> HttpResponse:
    """The leads that met the definition all along, in the order in which they come."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 10_000 and len(text) < 6):
        raise Http404
    book = handover_book()
    context = {"queue": held_queue(int(text)), "zone": book.zone, "rules": book.rules}
    return render(request, "handover/held.html", context)


@require_POST
@needs("handover.answer")
def held_choice(request: HttpRequest) -> HttpResponse:
    """The queue, which is worked off by the choice made."""
    try:
        held_choose(choice=request.POST.get("choice", ""), actor=actor_of(person_of(request)))
    except InvalidInput as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved. It holds from the next turn on."))
    return redirect("handover:held")
