"""Who may open which page: every view names a right, or says that it is open to all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from teichaku.accounts.models import User
from teichaku.accounts.selectors import NOBODY, Standing, today, user_standing
from teichaku.core.registry import rights

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OPEN = "open"  # stands where a right would, for pages that anybody may see
SIGNED_IN = "signed in"  # likewise, for pages of every person's own


def needs(right: str) -> Callable[[View[P]], View[P]]:
    """The view, for people who hold the right. Others read that they lack it."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if right != SIGNED_IN and right not in rights_of(request):
                return refused(request, right)
            return view(request, *args, **kwargs)

        return mark(cast(View[P], guarded), right)

    return guard


def signed_in(view: View[P]) -> View[P]:
    """The view, for everybody who has signed in: it only shows what is the person's own."""
    return needs(SIGNED_IN)(view)


def open_to_all(view: View[P]) -> View[P]:
    """The view, for anybody at all."""
    return mark(view, OPEN)


def mark(view: View[P], right: str) -> View[P]:
    """The view, known to need this right."""
    cast(Any, view).right = right
    return view


def rights_of(request: HttpRequest) -> frozenset[str]:
    """The rights of the person who asks."""
    return standing_of(request).rights


def standing_of(request: HttpRequest) -> Standing:
    """The roles and rights of the person who asks, read once per request."""
    known = getattr(request, "_standing", None)
    if known is None:
        user = request.user
        known = user_standing(user, today()) if isinstance(user, User) else NOBODY
        cast(Any, request)._standing = known
    return cast(Standing, known)


def refused(request: HttpRequest, right: str) -> HttpResponse:
    """The page that says which right is missing and who can give it."""
    return render(request, "403.html", {"right": rights.get(right)}, status=403)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A part of a page cannot show the sign-in form; the whole page goes there.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())
