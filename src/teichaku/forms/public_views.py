"""What people outside see: a form, the page after sending, and the page for confirming.

None of them shows anything that is recorded of anybody, sets a cookie, or may be kept by a cache.
"""

from __future__ import annotations

from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import open_to_all
from teichaku.core import clock
from teichaku.core.errors import Conflict
from teichaku.core.http import POLICY
from teichaku.core.secrets import keyed_digest
from teichaku.forms.confirmations import (
    MOST_ASKED,
    confirmation_ask_again,
    confirmation_confirm,
)
from teichaku.forms.definition import Definition, definition_of
from teichaku.forms.models import Confirmation, Submission
from teichaku.forms.public_form import CONSENT, TOKEN, TRAP, PublicForm
from teichaku.forms.selectors import (
    asset_of,
    confirmation_found,
    form_public,
    frame_hosts,
    revision_shown,
    submission_found,
)
from teichaku.forms.submissions import (
    VISITOR_ACTOR,
    Incoming,
    consent_shown,
    submission_receive,
)
from teichaku.forms.tokens import (
    Shown,
    confirm_read,
    sent_read,
    sent_token,
    shown_read,
    shown_token,
)
from teichaku.notify.letter_text import sender_display
from teichaku.tracking.cookies import visitor_uid
from teichaku.tracking.limits import Limit

limit = Limit(20)  # from one network address; an office shares one
FROM, LONGEST_PAGE = "page_from", 1_000
INVALID, TOO_MANY = 422, 429


# A page inside another site's gets no cookie: a token of the form's own stands for the usual one.
@csrf_exempt
@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The form on a page of its own."""
    return _form(request, slug, inside=False)


@csrf_exempt
@open_to_all
@never_cache
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form_inside(request: HttpRequest, slug: str) -> HttpResponse:
    """The form inside a page of a registered site."""
    return framed(_form(request, slug, inside=True))


@csrf_exempt
@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """What is said after sending; a POST has the mail for confirming sent once more."""
    return _sent(request, token, inside=False)


@csrf_exempt
@open_to_all
@never_cache
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sent_inside(request: HttpRequest, token: str) -> HttpResponse:
    """The same inside a page of a registered site."""
    return framed(_sent(request, token, inside=True))


# The link itself is the secret, and whoever opens it from a mail may have no cookie.
@csrf_exempt
@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page with the button that confirms an address; opening it changes nothing."""
    uid = confirm_read(token)
    confirmation = confirmation_found(uid) if uid else None
    if confirmation is None:
        return render(request, "forms/confirm.html", {"unknown": True}, status=404)
    told: dict[str, object] = {}
    if request.method == "POST":
        told = _decide(confirmation, request)
    submission = confirmation.submission
    context = {
        "definition": definition_of(submission.revision.document),
        "sender": sender_display().name,
        "confirmed": confirmation.confirmed_at is not None,
        "expired": confirmation.expires_at <= clock.now(),
        "may_ask": confirmation.asked < MOST_ASKED,
    }
    status = INVALID if "problem" in told else 200
    return render(request, "forms/confirm.html", context | told, status=status)


def framed(response: HttpResponse) -> HttpResponse:
    """The answer, which pages of the registered sites and ours may show inside."""
    # As with beacons, a host without a port means any.
    hosts = (host if ":" in host else f"{host}:*" for host in frame_hosts())
    ancestors = " ".join(("'self'", *hosts))
    response["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'none'", f"frame-ancestors {ancestors}"
    )
    return response


def form_answer(
    request: HttpRequest, form: PublicForm, *, inside: bool, status: int = 200, **told: object
) -> HttpResponse:
    """The page with the form; ``told`` is what else it says."""
    context = {"form": form, "definition": form.definition, "inside": inside, **told}
    return render(request, "forms/form_page.html", context, status=status)


def blank_form(definition: Definition, hidden: Mapping[str, str]) -> PublicForm:
    """The form with nothing filled in but what the address of the page carries."""
    text = consent_shown(definition, _language())
    return PublicForm(definition=definition, consent_text=text, hidden=hidden)


def _form(request: HttpRequest, slug: str, *, inside: bool) -> HttpResponse:
    revision = form_public(slug)
    if revision is None:
        raise Http404
    if request.method != "POST":
        form = blank_form(definition_of(revision.document), request.GET.dict())
        page = request.headers.get("referer", "")[:LONGEST_PAGE]
        return form_answer(
            request, form, inside=inside, token=shown_token(revision), page_from=page
        )
    shown = shown_read(request.POST.get(TOKEN, ""))
    # What was shown counts, although a newer edition may have been published meanwhile.
    revision = (shown and revision_shown(shown.revision, revision.form)) or revision
    definition = definition_of(revision.document)
    text = consent_shown(definition, _language())
    form = PublicForm(request.POST, definition=definition, consent_text=text)
    problem, status = _problem(request, shown)
    if form.is_valid() and not problem and shown is not None:
        incoming = _incoming(request, form, shown)
        done = submission_receive(revision=revision, incoming=incoming, actor=VISITOR_ACTOR)
        return redirect("forms:sent_inside" if inside else "forms:sent", token=sent_token(done))
    token = request.POST[TOKEN] if shown and not shown.is_stale else shown_token(revision)
    page = request.POST.get(FROM, "")[:LONGEST_PAGE]
    return form_answer(
        request, form, inside=inside, status=status, problem=problem, token=token, page_from=page
    )


def _problem(request: HttpRequest, shown: Shown | None) -> tuple[str, int]:
    """What keeps the page from being taken as it is, "" for nothing, and the status to answer."""
    if shown is None or shown.is_stale:
        return _("This page was open for too long. Nothing is lost: please send it once more."), 422
    address = get_adapter(request).get_client_ip(request)
    if not limit.passes(keyed_digest("form limit", str(address))):
        return _("Too much was sent from your network just now. Please wait a minute."), TOO_MANY
    return "", INVALID


def _incoming(request: HttpRequest, form: PublicForm, shown: Shown) -> Incoming:
    return Incoming(
        nonce=shown.nonce,
        took=shown.took,
        values=form.values(),
        email_key=form.address(),
        consented=bool(form.cleaned_data.get(CONSENT)),
        language=_language(),
        trap=form.cleaned_data.get(TRAP, ""),
        page=request.POST.get(FROM, "")[:LONGEST_PAGE],
        visitor=visitor_uid(request),
    )


def _sent(request: HttpRequest, token: str, *, inside: bool) -> HttpResponse:
    uid = sent_read(token)
    submission = submission_found(uid) if uid else None
    if submission is None:
        raise Http404
    confirmation = _open_confirmation(submission)
    definition = definition_of(submission.revision.document)
    context: dict[str, object] = {
        "definition": definition,
        "asset": asset_of(definition),
        "inside": inside,
        "confirmation": confirmation,
    }
    if request.method == "POST" and confirmation is not None:
        context |= _ask_again(confirmation)
    status = INVALID if "problem" in context else 200
    return render(request, "forms/sent.html", context, status=status)


def _open_confirmation(submission: Submission) -> Confirmation | None:
    confirmation = getattr(submission, "confirmation", None)
    if confirmation is None or confirmation.confirmed_at is not None:
        return None
    return confirmation_found(submission.uid)


def _decide(confirmation: Confirmation, request: HttpRequest) -> dict[str, object]:
    if request.POST.get("do") == "again":
        return _ask_again(confirmation)
    try:
        confirmation_confirm(confirmation=confirmation, actor=VISITOR_ACTOR)
    except Conflict as error:
        return {"problem": str(error)}
    return {}


def _ask_again(confirmation: Confirmation) -> dict[str, object]:
    try:
        confirmation_ask_again(confirmation=confirmation, actor=VISITOR_ACTOR)
    except Conflict as error:
        return {"problem": str(error)}
    return {"asked_again": True}


def _language() -> str:
    return get_language() or "ja"
