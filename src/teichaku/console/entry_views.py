"""The entry card as a page of its own: opened from a message, filled in, and on to the next one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.console.entry_card import EntryCard
from teichaku.console.entry_fields import AGAIN, FIELD
from teichaku.console.entry_page import Entry, entry_for, entry_state
from teichaku.console.entry_saving import entry_save, field_saved, taken_back, told_on
from teichaku.core.addresses import is_inside
from teichaku.core.errors import TeichakuError
from teichaku.inputs.exception_wishes import exception_decline, exception_grant, exception_wish

ENTER = "inputs.enter"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ENTER)
def enter(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The card of an input task, what became of it, or on to where the person came from."""
    entry = _entry(request, uid)
    if request.method != "POST":
        return _page(request, entry, entry.card if entry.card and entry.card.is_open else None)
    card = _card_to_fill(entry)
    if "undo" in request.POST:
        return _undo(request, card, request.POST["undo"])
    return _fill(request, entry, card)


def _fill(request: HttpRequest, entry: Entry, card: EntryCard) -> HttpResponse:
    """What was told is saved, if all of it is right: one field alone, or the card as a whole."""
    take = request.POST.get("take", "")
    control = take.partition(":")[0]
    only = control.removeprefix(FIELD).removeprefix(AGAIN) or request.POST.get("field", "")
    actor = actor_of(person_of(request))
    told = told_on(card, request.POST, actor, only=only, take=take)
    if only and only not in told.shown:
        raise Http404
    shown, error = card.showing(told.shown), ""
    if told.is_right:
        try:
            source = "suggestion" if take else "web"
            entry_save(card, told, request.POST, actor=actor, source=source)
        except TeichakuError as refusal:
            error = str(refusal)
    if error or not told.is_right:
        return _answer(request, entry, shown, only, error=error, status=422)
    if only:
        saved = shown.showing({only: field_saved(card, told, only)})
        return _answer(request, entry, saved, only)
    return _onward(request, entry)


def _undo(request: HttpRequest, card: EntryCard, name: str) -> HttpResponse:
    if card.field(name) is None:
        raise Http404
    try:
        field = taken_back(card, request.POST, name, actor_of(person_of(request)))
    except (TeichakuError, ValueError) as error:
        messages.error(request, str(error))
        return redirect("console:enter", uid=card.uid)
    return render(request, "console/entry_field.html", {"field": field, "card": card})


def _answer(
    request: HttpRequest,
    entry: Entry,
    card: EntryCard,
    only: str,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The one field that was saved alone, the card, or the whole page without a script."""
    if not request.htmx:  # type: ignore[attr-defined]
        return _page(request, entry, card, error=error, status=status)
    # A part of a page is put in place by htmx only when the answer is a success.
    context = {"card": card, "error": error, "next": _next(request)}
    if only:
        context["field"] = card.field(only)
        return render(request, "console/entry_field.html", context)
    return render(request, "console/entry_card.html", context)


def _page(
    request: HttpRequest,
    entry: Entry,
    card: EntryCard | None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "entry": entry,
        "card": card if entry.may_enter else None,
        "state": entry_state(entry),
        "error": error,
        "next": _next(request),
        "may_answer": "inputs.except" in rights_of(request),
    }
    return render(request, "console/entry.html", context, status=status)


def _onward(request: HttpRequest, entry: Entry) -> HttpResponse:
    target = _next(request) or reverse("console:enter", args=[entry.obligation.uid])
    messages.success(request, _("Entered: %(subject)s") % {"subject": entry.record.subject})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


@require_POST
@needs(ENTER)
def entry_exception(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the task, for which an exception is asked now."""
    entry = _entry(request, uid)
    _card_to_fill(entry)
    address = reverse("console:enter", args=[entry.obligation.uid])
    try:
        exception_wish(
            obligation=entry.obligation,
            reason=request.POST.get("reason", ""),
            subject=entry.record.subject,
            address=address,
            actor=actor_of(person_of(request)),
        )
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The exception is asked for. The answer comes to you."))
    return redirect(_next(request) or address)


@require_POST
@needs("inputs.except")
def entry_exception_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the task, which is excepted now, or is owed as before."""
    entry = _entry(request, uid)
    reason, actor = request.POST.get("reason", ""), actor_of(person_of(request))
    try:
        if "grant" in request.POST:
            exception_grant(obligation=entry.obligation, reason=reason, actor=actor)
        else:
            exception_decline(obligation=entry.obligation, reason=reason, actor=actor)
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("console:enter", uid=uid)


def _entry(request: HttpRequest, uid: UUID) -> Entry:
    entry = entry_for(request, uid)
    if entry is None:
        raise Http404
    return entry


def _card_to_fill(entry: Entry) -> EntryCard:
    if entry.card is None or not entry.may_enter:
        raise Http404
    return entry.card


def _next(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    return target if is_inside(target) else ""
