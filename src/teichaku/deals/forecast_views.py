"""The forecast table on screen and as a file, and the targets that stand beside it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.accounts.models import User
from teichaku.deals.deal_input import AmountField
from teichaku.deals.forecast_table import (
    ForecastTable,
    PersonPart,
    column_label,
    forecast_table,
    forecast_xlsx,
)
from teichaku.deals.models import SalesTarget
from teichaku.deals.sales_targets import targets_set
from teichaku.engine.calendar import months_after

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@needs("deals.view")
def forecast_page(request: HttpRequest) -> HttpResponse:
    """The forecast table."""
    table = forecast_table()
    may_set = "deals.targets" in rights_of(request)
    context = {
        "table": table,
        "heads": [column_label(column) for column in table.columns],
        "may_set": may_set,
        "targets": _targets(table) if may_set else [],
    }
    return render(request, "deals/forecast.html", context)


@require_safe
@needs("deals.view")
def forecast_file(request: HttpRequest) -> HttpResponse:
    """The forecast table as an Excel file."""
    table = forecast_table()
    name = f"forecast-{table.as_of:%Y-%m-%d}.xlsx"
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(forecast_xlsx(table), content_type=EXCEL, headers=told)


@require_POST
@needs("deals.targets")
def targets(request: HttpRequest) -> HttpResponse:
    """The table, with one person's targets as they were entered."""
    owner = _owner(request.POST.get("owner", ""))
    try:
        amounts = {
            _month(name.removeprefix("target.")): AmountField(required=False).clean(text)
            for name, text in request.POST.items()
            if name.startswith("target.")
        }
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("deals:forecast")
    if targets_set(owner=owner, amounts=amounts, actor=actor_of(person_of(request))):
        messages.success(request, _("The targets of %s are saved.") % owner.name)
    return redirect("deals:forecast")


def _targets(table: ForecastTable) -> list[tuple[PersonPart, list[tuple[date, int | None]]]]:
    """The people of the table with their targets, month by month."""
    rows = SalesTarget.objects.filter(month__in=table.months)
    known = {
        (str(uid), month): amount
        for uid, month, amount in rows.values_list("owner__uid", "month", "amount")
    }
    return [
        (part, [(month, known.get((part.uid, month))) for month in table.months])
        for part in table.parts
        if part.can_have_target
    ]


def _owner(text: str) -> User:
    try:
        found = User.objects.filter(uid=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _month(text: str) -> date:
    try:
        return months_after(date.fromisoformat(f"{text}-01"), 0)
    except ValueError as error:
        raise Http404 from error
