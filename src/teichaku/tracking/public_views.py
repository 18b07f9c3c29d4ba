"""What anybody may ask for: the collector, the tag, and the notice of what the tag sends."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from teichaku.accounts.access import open_to_all
from teichaku.core.canonical import canonical_json
from teichaku.core.settings import setting_read
from teichaku.notify.messages import company
from teichaku.tracking.collector import beacon_answer
from teichaku.tracking.cookies import COOKIE, DAYS
from teichaku.tracking.retention import anonymous_days
from teichaku.tracking.selectors import site_by_key
from teichaku.tracking.sent_fields import sent_fields
from teichaku.tracking.site_cache import SiteKnown, sites

SOURCE = Path(__file__).parent / "browser" / "tag.js"
TAG_KEPT_S = 600


@csrf_exempt
@open_to_all
def collect(request: HttpRequest, key: str) -> HttpResponse:
    """The collector's answer; the middleware asks for it before anything else is looked up."""
    return beacon_answer(request, key)


@require_safe
@open_to_all
def tag(request: HttpRequest, key: str) -> HttpResponse:
    """The tag, as the site has it: a script that a browser keeps for some minutes."""
    site = sites.get(key)
    if site is None:
        raise Http404
    answer = HttpResponse(tag_source(site), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={TAG_KEPT_S}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
@open_to_all
def notice(request: HttpRequest, key: str) -> HttpResponse:
    """What the site's tag sends to whom and what for, as the law wants it shown."""
    site = site_by_key(key)
    if site is None:
        raise Http404
    context = {
        "site": site,
        "company": setting_read(company),
        "server": settings.SITE_ADDRESS,
        "fields": sent_fields(),
        "cookie": COOKIE,
        "cookie_days": DAYS,
        "kept_days": setting_read(anonymous_days),
    }
    return render(request, "tracking/notice.html", context)


def tag_source(site: SiteKnown) -> str:
    """The tag's source with what it has to know of the site."""
    told = canonical_json({"key": site.key, "ask": site.asks})
    return _source().replace("SETTINGS", told)


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")
