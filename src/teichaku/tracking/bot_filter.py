"""Who is at work: a person, a program, or nobody can say; always with the reason.

Nothing is thrown away: what is filtered stays on record, is shown, and can be given back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.tracking.models import Event

FAST_VIEWS, FAST_MS = 5, 2_000
HUMAN, BOT, UNKNOWN = Event.Origin.HUMAN, Event.Origin.BOT, Event.Origin.UNKNOWN


class Judged(NamedTuple):
    """Whose doing it is, and why that is thought; '' for people."""

    origin: Event.Origin
    reason: str = ""


PERSON = Judged(HUMAN)
_CRAWLERS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|facebookexternalhit|bingpreview|preview|pingdom|uptime|monitor"
    r"|lighthouse|pagespeed|gtmetrix|feedfetcher|archiver|curl/|wget/|python-|httpx|aiohttp|okhttp"
    r"|java/|go-http|libwww|scrapy|postman|headlesschrome|phantomjs|electron|puppeteer|playwright"
    r"|safelinks|proofpoint|barracuda|mimecast|urlscan|symantec|trendmicro|ahrefs|semrush|hatena",
    re.IGNORECASE,
)
_HEADLESS = re.compile(r"headlesschrome|phantomjs|puppeteer|playwright", re.IGNORECASE)
_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
REASONS: Mapping[str, str | Promise] = {
    "crawler": _("Search engine, scanner or other program"),
    "headless": _("Browser without a screen"),
    "driven": _("Browser driven by a program"),
    "prefetch": _("Page loaded ahead, opened by nobody"),
    "no_agent": _("Browser that does not say what it is"),
    "too_fast": _("Pages faster than a person opens them"),
    "no_script": _("File taken without its page"),
}


def judged_by_headers(agent: str, hint: str) -> Judged:
    """What the browser says of itself, and of why it asks."""
    if _AHEAD.search(hint):
        return Judged(BOT, "prefetch")
    if not agent.strip():
        return Judged(UNKNOWN, "no_agent")
    if _HEADLESS.search(agent):
        return Judged(BOT, "headless")
    if _CRAWLERS.search(agent):
        return Judged(BOT, "crawler")
    return PERSON


def judged(agent: str, hint: str, said: Mapping[str, Any]) -> Judged:
    """The same, with what a beacon tells besides."""
    found = judged_by_headers(agent, hint)
    if found.origin != HUMAN:
        return found
    if said["w"]:
        return Judged(BOT, "driven")
    if too_fast([event["a"] for event in said["e"] if event["n"] == "view"]):
        return Judged(UNKNOWN, "too_fast")
    return PERSON


def too_fast(ages_ms: Sequence[int]) -> bool:
    """Whether so many pages were viewed within so short a time that no person did it."""
    ages = sorted(ages_ms)
    return any(
        late - early <= FAST_MS for early, late in zip(ages, ages[FAST_VIEWS - 1 :], strict=False)
    )


def worse(one: Judged, other: Judged) -> Judged:
    """Of two judgements the one that speaks more against a person."""
    order = (HUMAN, UNKNOWN, BOT)
    return max(one, other, key=lambda each: order.index(each.origin))
