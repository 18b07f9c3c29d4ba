"""What browsers send: taken as it comes, acknowledged once committed, refused with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from teichaku.core import clock
from teichaku.tracking.cookies import visitor_forget, visitor_note, visitor_uid, visitor_uid_new
from teichaku.tracking.inbox import Busy, inbox
from teichaku.tracking.limits import Limit
from teichaku.tracking.sent_fields import MOST_BYTES, BadBeacon, beacon_read
from teichaku.tracking.site_cache import SiteKnown, sites
from teichaku.tracking.site_counts import refusals
from teichaku.tracking.visitors import AGENT_LENGTH

SITE_MOST, VISITOR_MOST, STRANGERS_MOST = 60_000, 120, 300  # beacons in a minute
COME_AGAIN_S: Final = 5
SHARING: Final = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": "86400",
    "Vary": "Origin",
    "Cache-Control": "no-store",
}
_per_site, _per_visitor, _per_address = (
    Limit(most) for most in (SITE_MOST, VISITOR_MOST, STRANGERS_MOST)
)


def beacon_answer(request: HttpRequest, key: str) -> HttpResponse:
    """204 once it is committed; else what is wrong, in words that the site's maker can act on."""
    site = sites.get(key)
    if site is None:
        return _said(404, "There is no site of this key. Copy the tag from the page of the site.")
    origin = request.headers.get("Origin", "")
    if not site.allows(origin):
        refusals.note(site.id)
        return _said(
            403,
            "This host is none of the site's. Add it to the hosts of the site if it shall count.",
        )
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
    elif request.method == "DELETE":
        answer = HttpResponse(status=204)
        visitor_forget(answer, request, site.cookie_domain)
    elif request.method == "POST":
        answer = _received(request, site)
    else:
        answer = _said(405, "Beacons are sent with POST.")
    return _shared(answer, origin)


def _received(request: HttpRequest, site: SiteKnown) -> HttpResponse:
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return HttpResponse(status=204)  # the browser asks not to be measured: nothing is kept
    uid = visitor_uid(request)
    limit = _limit_met(request, site, uid)
    if limit is not None:
        refusals.note(site.id)
        return _later(429, "Too much came from here within a minute.", limit.wait_s())
    try:
        text = _body(request)
        beacon_read(text)
    except BadBeacon as error:
        refusals.note(site.id)
        return _said(400, str(error))
    return _kept(request, site, uid or visitor_uid_new(), text)


def _kept(request: HttpRequest, site: SiteKnown, uid: UUID, text: str) -> HttpResponse:
    agent = request.headers.get("User-Agent", "").replace("\x00", "")[:AGENT_LENGTH]
    hint = (request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or "")[:20]
    at: datetime = clock.now()
    try:
        inbox.put((site.id, uid, text, agent, hint, at, ""))
    except Busy:
        return _later(503, "The server is busy; nothing was kept.", COME_AGAIN_S)
    answer = HttpResponse(status=204)
    visitor_note(answer, request, uid, site.cookie_domain)
    return answer


def _limit_met(request: HttpRequest, site: SiteKnown, uid: UUID | None) -> Limit | None:
    """The limit that this request goes beyond, if any."""
    if not _per_site.passes(site.id):
        return _per_site
    # Browsers without the cookie are told apart by address, for this minute and in memory only.
    own = (_per_visitor, uid) if uid else (_per_address, _address(request))
    return None if own[0].passes(own[1]) else own[0]


def _address(request: HttpRequest) -> str:
    chain = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.ENVIRONMENT.proxies
    if proxies and len(chain) >= proxies:
        return chain[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _body(request: HttpRequest) -> str:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise BadBeacon(
            "A beacon has at most 64 kB. Send fewer events at a time.", reason="too large"
        )
    try:
        return request.read(int(length)).decode()
    except UnicodeDecodeError:
        raise BadBeacon("A beacon is UTF-8 text, and this is none.", reason="encoding") from None


def _shared(answer: HttpResponse, origin: str) -> HttpResponse:
    """The answer, readable for the page of the site that asked."""
    for name, value in SHARING.items():
        answer.headers[name] = value
    answer.headers["Access-Control-Allow-Origin"] = origin
    return answer


def _said(status: int, detail: str) -> HttpResponse:
    answer = JsonResponse(
        {"detail": detail}, status=status, content_type="application/problem+json"
    )
    # What anybody may send in any number is counted for the site, not written into the log.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _later(status: int, detail: str, seconds: int) -> HttpResponse:
    answer = _said(status, detail)
    answer.headers["Retry-After"] = str(seconds)
    return answer
