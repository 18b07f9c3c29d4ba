"""Following up missing entries: one's own, those that one is asked about, rules in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of, signed_in, standing_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.inputs.book import input_book
from teichaku.inputs.follow_up_forms import CauseForm, DecisionForm, LaterForm, WaiveForm
from teichaku.inputs.follow_up_pages import (
    agreements_of,
    entries_missing,
    follow_up_page,
    inquiry_for_user,
    own_entries,
    own_entry,
    rule_label,
)
from teichaku.inputs.inquiries import inquiry_answer, inquiry_waive
from teichaku.inputs.models import Inquiry
from teichaku.inputs.rule_defects import (
    DefectRow,
    rule_defect_decide,
    rule_defect_for_roles,
    rule_defect_rows,
)
from teichaku.inputs.snoozes import obligation_snooze, snooze_last_day

FOLLOW_UPS = "inputs.follow_ups"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(FOLLOW_UPS)
def follow_ups(request: HttpRequest) -> HttpResponse:
    """The questions that wait for the person, and how often each step helps."""
    page = follow_up_page(person_of(request), standing_of(request).roles)
    return render(request, "inputs/follow_ups.html", {"page": page})


@get_or_post
@signed_in
def inquiry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One question: what is missing, and the answer."""
    found, form = _inquiry(request, uid), CauseForm(request.POST or None)
    actor = actor_of(person_of(request))
    if request.method == "POST" and form.written(inquiry_answer, inquiry=found, actor=actor):
        messages.success(request, _("The answer is recorded. The person was told."))
        return _back(request)
    return _inquiry_page(request, found, form, WaiveForm())


@require_POST
@signed_in
def inquiry_stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the questions; the missing entries of this one are excepted."""
    found, form = _inquiry(request, uid), WaiveForm(request.POST)
    actor = actor_of(person_of(request))
    if not form.written(inquiry_waive, inquiry=found, actor=actor):
        return _inquiry_page(request, found, CauseForm(), form)
    messages.success(request, _("The entries are excepted. Nobody is asked for them any more."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Where the person came from: whoever leads somebody need not lead a department."""
    leads = FOLLOW_UPS in rights_of(request)
    return redirect("inputs:follow_ups" if leads else "notify:task_list")


def _inquiry(request: HttpRequest, uid: UUID) -> Inquiry:
    found = inquiry_for_user(person_of(request), standing_of(request).roles, uid)
    if found is None:
        raise Http404
    return found


def _inquiry_page(
    request: HttpRequest, found: Inquiry, form: CauseForm, waive: WaiveForm
) -> HttpResponse:
    context = {
        "inquiry": found,
        "rule": rule_label(found.rule_id),
        "missing": entries_missing(found, person_of(request)),
        "form": form,
        "waive": waive,
    }
    wrong = form.errors or waive.errors
    return render(request, "inputs/inquiry.html", context, status=422 if wrong else 200)


@get_or_post
@needs(FOLLOW_UPS)
def rule_defects(request: HttpRequest) -> HttpResponse:
    """The rules that do not work; a decision about one of them comes in by its ``defect``."""
    roles, form = standing_of(request).roles, DecisionForm(request.POST or None)
    asked = request.POST.get("defect", "")
    if request.method == "POST":
        defect = rule_defect_for_roles(asked, roles)
        if defect is None:
            raise Http404
        actor = actor_of(person_of(request))
        if form.written(rule_defect_decide, defect=defect, actor=actor):
            messages.success(request, _("The decision is recorded."))
            return redirect("inputs:rule_defects")
    waiting, decided = rule_defect_rows(roles)
    context = {"waiting": _with_forms(waiting, asked, form), "decided": decided}
    status = 422 if form.errors else 200
    return render(request, "inputs/rule_defects.html", context, status=status)


def _with_forms(
    rows: Sequence[DefectRow], asked: str, form: DecisionForm
) -> list[tuple[DefectRow, DecisionForm]]:
    """Each ticket with its form: the one that was sent keeps what was typed."""
    return [
        (
            row,
            form
            if str(row.defect.uid) == asked
            else DecisionForm(auto_id=f"defect{row.defect.pk}_%s"),
        )
        for row in rows
    ]


@require_safe
@signed_in
def own_follow_ups(request: HttpRequest) -> HttpResponse:
    """What the person has not entered in time, and what was agreed about it."""
    user = person_of(request)
    count, entries = own_entries(user)
    told = ngettext("%(count)s entry is missing", "%(count)s entries are missing", count)
    context = {
        "entries": entries,
        "more": count > len(entries),
        "agreements": agreements_of(user),
        "title": told % {"count": count} if entries else _("Nothing is overdue"),
        "zone": input_book().zone,
    }
    return render(request, "inputs/own_follow_ups.html", context)


@get_or_post
@signed_in
def later(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page on which a person puts the next message about an own entry off."""
    user, form = person_of(request), LaterForm(request.POST or None)
    entry = own_entry(user, uid)
    if entry is None:
        raise Http404
    owed = entry.obligation
    if request.method == "POST" and form.written(
        obligation_snooze, obligation=owed, actor=actor_of(user)
    ):
        messages.success(request, _("The message comes on that day. The deadline stays as it is."))
        return redirect("inputs:own_follow_ups")
    book = input_book()
    last = snooze_last_day(owed, book)
    context = {"entry": entry, "form": form, "last": last, "zone": book.zone}
    status = 422 if form.errors else 200
    return render(request, "inputs/later.html", context, status=status)
