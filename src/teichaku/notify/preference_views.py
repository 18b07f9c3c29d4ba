"""The page on which people choose how they are told, and connect their chats."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teichaku.accounts.access import signed_in
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import TeichakuError
from teichaku.notify.access import accesses_set
from teichaku.notify.forms import ChannelForm, PreferencesForm
from teichaku.notify.models import Via
from teichaku.notify.preferences import channel_end
from teichaku.notify.selectors import channels_since
from teichaku.notify.trials import trial_send

CHATS = (Via.LINE_WORKS, Via.CHATWORK, Via.WEBHOOK)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """How the person is told; sent in, the choice is saved."""
    user = person_of(request)
    if request.method != "POST":
        return _answer(request, PreferencesForm(user=user))
    form = PreferencesForm(request.POST, user=user)
    if not form.is_valid():
        return _answer(request, form, status=422)
    form.write(actor_of(user))
    messages.success(request, _("Saved."))
    return redirect("notify:preferences")


@require_POST
@signed_in
def channel(request: HttpRequest, via: str) -> HttpResponse:
    """Back to the page with one chat connected or taken away, or with what was typed wrong."""
    user, chosen = person_of(request), _via(via, CHATS)
    if "end" in request.POST:
        channel_end(user=user, via=chosen, actor=actor_of(user))
        messages.success(request, _("Disconnected; you are told by mail instead."))
        return redirect("notify:preferences")
    form = ChannelForm(request.POST, user=user, via=chosen)
    if form.is_valid():
        try:
            form.write(actor_of(user))
        except TeichakuError as error:
            form.add_error("address", str(error))
    if form.errors:
        return _answer(request, PreferencesForm(user=user), form, status=422)
    messages.success(request, _("Connected. Send a test to see that it arrives."))
    return redirect("notify:preferences")


@require_POST
@signed_in
def trial(request: HttpRequest, via: str) -> HttpResponse:
    """Back to the page, which says what became of a test message."""
    chosen = _via(via, tuple(Via))
    problem = trial_send(person_of(request), chosen)
    if problem:
        text = _("The test by %(way)s was not sent. %(why)s")
        messages.error(request, text % {"way": chosen.label, "why": problem})
    else:
        text = _("The test by %(way)s is on its way; look whether it arrives.")
        messages.success(request, text % {"way": chosen.label})
    return redirect("notify:preferences")


def _via(text: str, known: tuple[Via, ...]) -> Via:
    if text not in known:
        raise Http404
    return Via(text)


def _answer(
    request: HttpRequest,
    form: PreferencesForm,
    wrong: ChannelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = person_of(request)
    since, usable = channels_since(user), {*accesses_set(), Via.WEBHOOK}
    forms = {via: ChannelForm(user=user, via=via) for via in CHATS}
    if wrong is not None:
        forms[wrong.via] = wrong
    chats = [(via, since.get(via), via in usable, forms[via]) for via in CHATS]
    context = {"form": form, "chats": chats, "wrong": wrong}
    return render(request, "notify/preferences.html", context, status=status)
