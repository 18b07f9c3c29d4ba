"""The list of deals, the board, and the daily report."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import person_of
from teichaku.accounts.models import User
from teichaku.core.forms import DayField
from teichaku.deals.daily_report import daily_report
from teichaku.deals.deal_board import board as board_of
from teichaku.deals.deal_board import stages_shown
from teichaku.deals.deal_forms import SCOPE_LABELS, DealFilterForm
from teichaku.deals.deal_list import NOBODY, deals_listed
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.home import pipeline_is_here
from teichaku.deals.models import Deal


@require_safe
@needs("deals.view")
def deal_list(request: HttpRequest) -> HttpResponse:
    """The deals that the address asks for."""
    stages = [(stage.key, stage.shown) for stage in stages_shown()]
    form = DealFilterForm(request.GET, stages=stages, owners=owners())
    page = None
    if form.is_valid():
        wanted = form.wanted()
        page = deals_listed(person_of(request), wanted, after=form.cleaned_data["after"])
    context = {
        "form": form,
        "page": page,
        "scopes": SCOPE_LABELS.items(),
        "scope": request.GET.get("scope") or "open",
        "filtered": any(v for k, v in request.GET.items() if k not in ("sort", "scope", "after")),
        "narrowed": any(request.GET.get(k) for k in ("least", "most", "month", "owner", "stage")),
        "may_create": _may_create(request),
        "today": gate_book().today(),
    }
    return render(request, "deals/list.html", context, status=200 if page else 400)


@require_safe
@needs("deals.view")
def board(request: HttpRequest) -> HttpResponse:
    """The open deals by stage."""
    people = owners()
    owner = request.GET.get("owner", "")
    known = {uid for uid, _name in people}
    context = {
        "columns": board_of(person_of(request), owner=owner if owner in known else ""),
        "owners": people,
        "owner": owner,
        "may_create": _may_create(request),
        "held": rights_of(request),
    }
    return render(request, "deals/board.html", context)


@require_safe
@needs("deals.view")
def daily(request: HttpRequest) -> HttpResponse:
    """The person's report of a day, made of what was entered."""
    today = gate_book().today()
    day: date | None = today
    try:
        day = DayField(required=False).clean(request.GET.get("day", "")) or today
        error = ""
    except ValidationError as wrong:
        error = " ".join(wrong.messages)
    text = daily_report(person_of(request), day or today)
    context = {"text": text, "day": day, "error": error, "lines": text.count("\n") + 2}
    return render(request, "deals/daily.html", context, status=400 if error else 200)


def owners() -> list[tuple[str, str]]:
    """The people who own deals, by reading, and nobody."""
    ids = Deal.objects.order_by().values("owner").distinct()
    people = User.objects.filter(pk__in=ids).order_by("kana", "name", "pk")
    named = [(str(user.uid), user.name) for user in people]
    return [*named, (NOBODY, _("Nobody"))]


def _may_create(request: HttpRequest) -> bool:
    return "deals.edit" in rights_of(request) and pipeline_is_here()
