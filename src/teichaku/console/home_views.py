"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from teichaku.accounts.access import signed_in
from teichaku.console.home_page import home_aside, home_page
from teichaku.console.shell import Shell


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What the person has to enter; for others the first page that their navigation has."""
    page = home_page(request)
    if page is not None:
        return render(request, "console/home.html", page)
    first = next(Shell(request).navigation(), None)
    if first:
        return redirect(first[0].address)
    return render(request, "console/nothing_yet.html")


@require_safe
@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """What the day brings beside: forecast, moves, tasks; within the first page or alone."""
    context = {"parts": home_aside(request)}
    part = "console/home_aside.html" if request.htmx else "console/today.html"  # type: ignore[attr-defined]
    return render(request, part, context)
