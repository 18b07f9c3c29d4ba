"""Pages around signing in that are our own: security, sessions, the first time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import open_to_all, signed_in
from teichaku.accounts.actors import person_of
from teichaku.accounts.forms import InvitationForm
from teichaku.accounts.invitations import invitation_accept, invitation_of
from teichaku.accounts.sessions import session_end, sessions_end_others, sessions_of
from teichaku.accounts.sign_in_ways import ways_of
from teichaku.core.errors import NotFound
from teichaku.core.http import POLICY

LOGGED_IN_BY = "invitation"


def may_post_to_company_accounts(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view, from whose forms browsers may be sent on to the configured company accounts."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        providers: Any = settings.SOCIALACCOUNT_PROVIDERS
        apps = providers["openid_connect"]["APPS"]
        servers = [urlsplit(app["settings"]["server_url"]) for app in apps]
        allowed = " ".join(["form-action 'self'", *(f"{s.scheme}://{s.netloc}" for s in servers)])
        response["Content-Security-Policy"] = POLICY.replace("form-action 'self'", allowed)
        return response

    return answered


@require_safe
@signed_in
def security(request: HttpRequest) -> HttpResponse:
    """How the person signs in, and where they are signed in now."""
    user = person_of(request)
    context = {"ways": ways_of(user), "sessions": sessions_of(user, request.session.session_key)}
    return render(request, "accounts/security.html", context)


@require_POST
@signed_in
def session_end_one(request: HttpRequest, number: int) -> HttpResponse:
    """Back to the list, without that session."""
    try:
        session_end(user=person_of(request), number=number)
    except NotFound as missing:
        raise Http404 from missing
    messages.success(request, _("That device is signed out."))
    return redirect("mfa_index")


@require_POST
@signed_in
def session_end_others(request: HttpRequest) -> HttpResponse:
    """Back to the list, with this session alone."""
    sessions_end_others(user=person_of(request), but=request.session.session_key or "")
    messages.success(request, _("All other devices are signed out."))
    return redirect("mfa_index")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@open_to_all
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """The first sign-in: a password of one's own, or none and a passkey next."""
    found = invitation_of(token)
    if found is None:
        return render(request, "accounts/invitation_over.html", status=404)
    form = InvitationForm(request.POST or None, user=found.user)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "invitation": found}
        return render(request, "accounts/invitation.html", context)
    password = form.cleaned_data["password"]
    user = invitation_accept(invitation=found, password=password, kana=form.cleaned_data["kana"])
    record_authentication(request, user, method=LOGGED_IN_BY)
    target = None if password else reverse("mfa_add_webauthn")
    answer: HttpResponseBase = perform_login(request, user, redirect_url=target)
    return answer
