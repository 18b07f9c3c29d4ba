"""Input rates on screen and as a file, the tasks behind them, the rules, and stock-taking."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs, rights_of, signed_in, standing_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.accounts.reading import views_record
from teichaku.accounts.selectors import today
from teichaku.core.errors import NotFound, TeichakuError
from teichaku.inputs.about_me import about_me as about_me_of
from teichaku.inputs.book import input_book
from teichaku.inputs.inquiries import WAITING, inquiries_for_user
from teichaku.inputs.ladder import manager_step_take
from teichaku.inputs.managing import Manager
from teichaku.inputs.rate_access import Sight, sight_of
from teichaku.inputs.rate_file import rates_xlsx
from teichaku.inputs.rate_forms import SPANS, RatesForm
from teichaku.inputs.rate_rows import overdue_seen, task_page, unasked
from teichaku.inputs.rate_table import first_week, people_of, places_of, rate_table
from teichaku.inputs.rule_lines import rule_page, rules_missed
from teichaku.inputs.rule_reviews import rule_review_ask
from teichaku.inputs.stock import stock_page

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RATES, REVIEW = "inputs.rates", "inputs.rules_review"


def _sight(request: HttpRequest) -> Sight:
    return sight_of(person_of(request), standing_of(request).roles)


def _questions(request: HttpRequest) -> dict[int, UUID]:
    """The question that waits for the person who asks about each of their people."""
    waiting = inquiries_for_user(person_of(request), standing_of(request).roles, today())
    return dict(waiting.filter(WAITING).values_list("person", "uid"))


@require_safe
@needs(RATES)
def rates(request: HttpRequest) -> HttpResponse:
    """The table of input rates, as far as the person may see it."""
    sight = _sight(request)
    people, book = people_of(sight, today()), input_book()
    form = RatesForm(request.GET, places=places_of(people, sight), rules=book.labels)
    wanted = form.wanted()
    context = {
        "form": form,
        "wanted": wanted,
        "sight": sight,
        "table": rate_table(sight, people, wanted, questions=_questions(request)),
        "missed": rules_missed(),
        "may_switch": "accounts.monitoring" in rights_of(request),
    }
    return render(request, "inputs/rates.html", context)


@require_safe
@needs(RATES)
def rates_file(request: HttpRequest) -> HttpResponse:
    """The same table as an Excel file, with everybody in sight."""
    sight = _sight(request)
    people = people_of(sight, today())
    form = RatesForm(request.GET, places=places_of(people, sight), rules=input_book().labels)
    file = rates_xlsx(rate_table(sight, people, form.wanted(), every_page=True))
    told = {"Content-Disposition": f'attachment; filename="input-rates-{today():%Y-%m-%d}.xlsx"'}
    return HttpResponse(file, content_type=EXCEL, headers=told)


@require_safe
@needs(RATES)
def rate_tasks(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The tasks behind a person's rate; somebody out of sight is not found."""
    sight, reader = _sight(request), person_of(request)
    found = next((one for one in people_of(sight, today()) if one.uid == uid), None)
    if found is None or found.pk not in sight.people:
        raise Http404
    if found.pk != sight.own:
        views_record(objects=[("accounts.user", found.pk)], user_id=reader.pk)
    week, rule, book = _week(request.GET.get("week", "")), request.GET.get("rule", ""), input_book()
    if week is not None and week < first_week(book, SPANS[-1]):
        raise Http404  # the pages go back no further
    context = {
        "person": found,
        "is_own": found.pk == sight.own,
        "question": _questions(request).get(found.pk),
        "to_ask": unasked(sight, found.pk),
        "week": week,
        "rule": book.labels.get(rule, rule),
        "page": task_page(sight, found.pk, reader, week=week, rule=rule),
    }
    return render(request, "inputs/rate_tasks.html", context)


@require_POST
@needs(RATES)
def rate_ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """To the question about what one of one's people has not entered, ahead of the ladder."""
    sight, reader = _sight(request), person_of(request)
    found = next((one for one in people_of(sight, today()) if one.uid == uid), None)
    if found is None or found.pk not in sight.led:
        raise Http404
    try:
        questions = manager_step_take(
            tasks=overdue_seen(sight, found.pk), manager=Manager(reader, ""), actor=actor_of(reader)
        )
    except TeichakuError as error:
        messages.error(request, str(error))
        return redirect("inputs:rate_tasks", uid)
    if questions:
        return redirect("inputs:inquiry", questions[0].uid)
    messages.info(request, _("Nothing is left to ask: entered since, or the rule is looked at."))
    return redirect("inputs:rate_tasks", uid)


@require_safe
@needs(RATES)
def rules(request: HttpRequest) -> HttpResponse:
    """The input rules with what they cost and give; nobody is named."""
    context = {"page": rule_page(), "may_ask": REVIEW in rights_of(request)}
    return render(request, "inputs/rules.html", context)


@require_POST
@needs(REVIEW)
def rule_review(request: HttpRequest, rule: str) -> HttpResponse:
    """Back to the rules, after whoever answers for this one was asked to look at it."""
    try:
        rule_review_ask(rule_id=rule, actor=actor_of(person_of(request)))
    except NotFound as missing:
        raise Http404 from missing
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A task to review the rule is on its way."))
    return redirect("inputs:rules")


@require_safe
@needs(RATES)
def stock(request: HttpRequest) -> HttpResponse:
    """What is older than the rules, a day's portion of it."""
    return render(request, "inputs/stock.html", {"page": stock_page(person_of(request))})


@require_safe
@signed_in
def about_me(request: HttpRequest) -> HttpResponse:
    """What is recorded about the person who asks, who sees it, and who looked."""
    return render(request, "inputs/about_me.html", {"page": about_me_of(person_of(request))})


def _week(text: str) -> date | None:
    """The Monday of the day in the address, None where it names none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day - timedelta(days=day.weekday())
