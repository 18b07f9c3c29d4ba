"""What was handed in, what waits for a look, and what forms say otherwise of leads."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.addresses import is_inside
from teichaku.core.errors import TeichakuError
from teichaku.forms.edit_forms import BlockedForm
from teichaku.forms.form_leads import suggestion_leave, suggestion_use
from teichaku.forms.guards import MARKS, SUSPICIONS
from teichaku.forms.models import Submission
from teichaku.forms.selectors import (
    answers,
    blocked_patterns,
    submission_found,
    submissions_of_form,
    submissions_waiting,
    suggestion_found,
)
from teichaku.forms.services import blocked_write
from teichaku.forms.submissions import submission_accept, submission_discard
from teichaku.forms.views import INVALID, MANAGE, found_form

VIEW = "forms.view"
PAGE_SIZE = 50


@require_safe
@needs(MANAGE)
def submission_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was handed in with one form, newest first."""
    form, state = found_form(uid), request.GET.get("state", "")
    state = state if state in Submission.State.values else ""
    rows = submissions_of_form(form, state)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE_SIZE + 1])
    context = {
        "form": form,
        "tab": "submissions",
        "state": state,
        "states": Submission.State.choices,
        "rows": [(row, [MARKS[code] for code in row.marks]) for row in found[:PAGE_SIZE]],
        "last": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
    }
    return render(request, "forms/submissions.html", context)


@require_safe
@needs(VIEW)
def submission(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One submission with the text that was shown, and what came of it."""
    row = _found(uid)
    context = {
        "row": row,
        "form": row.revision.form,
        "answers": answers(row),
        "why": [SUSPICIONS[code] for code in row.suspicions],
        "marks": [MARKS[code] for code in row.marks],
        "confirmation": getattr(row, "confirmation", None),
        "may_decide": MANAGE in rights_of(request),
    }
    return render(request, "forms/submission.html", context)


@require_safe
@needs(MANAGE)
def review(request: HttpRequest) -> HttpResponse:
    """What looks wrong, with the reasons, the longest waiting first."""
    found = list(submissions_waiting()[: PAGE_SIZE + 1])
    lines = [
        (row, [each for each in answers(row) if each.text], [SUSPICIONS[c] for c in row.suspicions])
        for row in found[:PAGE_SIZE]
    ]
    context = {"lines": lines, "more": len(found) > PAGE_SIZE}
    return render(request, "forms/review.html", context)


@require_POST
@needs(MANAGE)
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to the list of what waits, with one submission accepted or discarded."""
    row, actor = _found(uid), actor_of(person_of(request))
    try:
        if "accept" in request.POST:
            submission_accept(submission=row, actor=actor)
            messages.success(request, _("Accepted. It counts like any other form."))
        else:
            submission_discard(submission=row, actor=actor)
            messages.success(request, _("Discarded. Nothing came of it."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("forms:review")


@require_POST
@needs(MANAGE)
def suggestion(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back to where it was decided, with the value of the form used or left."""
    row = suggestion_found(uid)
    if row is None:
        raise Http404
    actor = actor_of(person_of(request))
    try:
        if "use" in request.POST:
            suggestion_use(suggestion=row, actor=actor)
            messages.success(request, _("Saved at the lead; the old value is in its history."))
        else:
            suggestion_leave(suggestion=row, actor=actor)
            messages.success(request, _("The lead stays as it is."))
    except TeichakuError as error:
        messages.error(request, str(error))
    back = request.POST.get("next", "")
    return redirect(back if is_inside(back) else "forms:review")


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def blocked(request: HttpRequest) -> HttpResponse:
    """The addresses that no form takes."""
    form = BlockedForm(request.POST or None, patterns=blocked_patterns())
    if request.method == "POST" and form.is_valid():
        patterns = form.cleaned_data["patterns"].splitlines()
        try:
            blocked_write(patterns=patterns, actor=actor_of(person_of(request)))
        except TeichakuError as error:
            form.add_error("patterns", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("forms:blocked")
    status = INVALID if form.errors else 200
    return render(request, "forms/blocked.html", {"form": form}, status=status)


def _found(uid: UUID) -> Submission:
    row = submission_found(uid)
    if row is None:
        raise Http404
    return row
