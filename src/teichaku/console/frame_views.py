"""Pages of the frame itself: start, search, command menu, appearance, language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from teichaku.accounts.access import open_to_all, signed_in
from teichaku.console.search import found_of
from teichaku.console.shell import THEMES, commands_of

MENU_HITS = 5
PAGE_HITS = 20
YEAR = 365 * 24 * 3600


@require_safe
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Everything that matches, by kind."""
    text = request.GET.get("q", "")
    context = {"q": text, "found": found_of(request, text, PAGE_HITS)}
    return render(request, "console/search.html", context)


@require_safe
@signed_in
def menu(request: HttpRequest) -> HttpResponse:
    """The lines of the command menu for what has been typed so far."""
    text = request.GET.get("q", "").strip()
    context = {
        "q": text,
        "ways": commands_of(request, text),
        "found": found_of(request, text, MENU_HITS),
    }
    return render(request, "console/menu_lines.html", context)


@require_POST
@open_to_all
def theme(request: HttpRequest) -> HttpResponse:
    """Back to where the person was, in the appearance they chose."""
    chosen = request.POST.get("theme", "")
    target = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    response = redirect(target if known else "/")
    if chosen in THEMES:
        response.set_cookie(
            "theme",
            chosen,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


language = open_to_all(set_language)
