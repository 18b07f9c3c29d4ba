"""The page that every mail leads to: it names nobody, and only a POST changes anything."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import open_to_all
from teichaku.consent.preferences import PAUSES, Wish, address_in, wish_record, wish_undo
from teichaku.consent.words import PURPOSES

PAGE = "consent/preferences.html"


# The link itself is the secret, and mail programs that post to it have neither cookie nor token.
@csrf_exempt
@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """The choices of a recipient; after a POST, what was recorded and the way to undo it."""
    address = address_in(token)
    if not address:
        return _answer(request, {"unknown": True}, status=404)
    if request.method != "POST":
        return _answer(request, {})
    if request.POST.get("do") == "undo":
        undone = wish_undo(address=address, refusals=_uids(request.POST))
        return _answer(request, {"undone": True, "none": not undone})
    wish = _wish(request.POST)
    if wish.says_nothing:
        return _answer(request, {"error": _("Nothing was chosen. Choose what to stop.")}, 422)
    made = wish_record(address=address, wish=wish)
    return _answer(request, {"recorded": wish, "refusals": [row.uid for row in made]})


def _answer(request: HttpRequest, told: dict[str, object], status: int = 200) -> HttpResponse:
    context = {"purposes": PURPOSES.items(), "pauses": PAUSES, **told}
    answer = render(request, PAGE, context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _wish(posted: QueryDict) -> Wish:
    """What was chosen. The one click of a mail program (RFC 8058) means everything."""
    one_click = posted.get("List-Unsubscribe") == "One-Click"
    match "all" if one_click else posted.get("do", ""):
        case "all":
            return Wish(everything=True)
        case "some":
            chosen = tuple(name for name in PURPOSES if name in posted.getlist("stop"))
            return Wish(purposes=chosen, phone="phone" in posted.getlist("stop"))
        case "pause":
            months = posted.get("months", "")
            return Wish(pause=int(months) if months in map(str, PAUSES) else 0)
    return Wish()


def _uids(posted: QueryDict) -> list[UUID]:
    found = []
    for text in posted.getlist("refusal")[:20]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
