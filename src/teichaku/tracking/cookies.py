"""The cookie by which a browser is known: set by the server, hidden from scripts, first-party."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from teichaku.tracking.models import Visitor

COOKIE = "teichaku_visitor"
DAYS = 180
PATH = "/"


def visitor_uid(request: HttpRequest) -> UUID | None:
    """The identifier that the browser brings, if it is one of ours."""
    try:
        found = UUID(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None
    return found if found.version == 4 else None


def visitor_uid_new() -> UUID:
    """An identifier for a browser that has none: chance alone, so that it says nothing of it."""
    return uuid4()


def visitor_of(request: HttpRequest) -> Visitor | None:
    """The browser as far as it has been met, with its lead."""
    uid = visitor_uid(request)
    if uid is None:
        return None
    return Visitor.objects.select_related("lead__root").filter(uid=uid).first()


def visitor_note(
    response: HttpResponseBase, request: HttpRequest, uid: UUID, domain: str = ""
) -> None:
    """Nothing; the browser keeps the identifier for 180 days from now on."""
    response.set_cookie(
        COOKIE,
        str(uid),
        max_age=DAYS * 24 * 60 * 60,
        path=PATH,
        domain=_shared(request, domain),
        # A proxy that ends the encryption makes a request look like one without.
        secure=request.is_secure() or settings.SITE_ADDRESS.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def visitor_forget(response: HttpResponse, request: HttpRequest, domain: str = "") -> None:
    """Nothing; the browser drops the identifier."""
    response.delete_cookie(COOKIE, path=PATH, domain=_shared(request, domain), samesite="Lax")


def _shared(request: HttpRequest, domain: str) -> str | None:
    # A browser refuses a cookie for a domain that the server does not lie in.
    host = request.get_host().partition(":")[0]
    return domain if domain and (host == domain or host.endswith(f".{domain}")) else None
