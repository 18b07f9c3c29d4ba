"""The list of calls after an exhibition, and what is done with each."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import NotFound, TeichakuError
from teichaku.exhibitions.call_file import calls_xlsx
from teichaku.exhibitions.calls import call_give, call_reopen, call_result_record
from teichaku.exhibitions.models import Call, Exhibition
from teichaku.exhibitions.selectors import (
    MANAGE,
    call_find,
    call_lines,
    callers,
    calls_for_user,
    calls_of,
)
from teichaku.exhibitions.views import found_or_404
from teichaku.exhibitions.words import CHIPS
from teichaku.handover.forms import colleague_chosen
from teichaku.rulebook.selectors import zone_in_force

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@needs("exhibitions.call")
def my_calls(request: HttpRequest) -> HttpResponse:
    """The person's calls after all exhibitions."""
    return _list(request, None)


@require_safe
@needs("exhibitions.call")
def calls(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The calls after one exhibition, as far as they are the person's to see."""
    return _list(request, found_or_404(uid))


@require_safe
@needs("exhibitions.call")
def calls_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same as a workbook, to be printed or taken along."""
    found = found_or_404(uid)
    rows = calls_of(calls_for_user(person_of(request), rights_of(request)), found)
    content = calls_xlsx(exhibition=found, rows=rows, actor=actor_of(person_of(request)))
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="calls.xlsx"'
    return answer


@require_POST
@needs("exhibitions.call")
def call_result(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with what came of the call."""
    result, note = request.POST.get("result", ""), request.POST.get("note", "")
    actor = actor_of(person_of(request))
    return _acted(
        request, uid,
        lambda call: call_result_record(call=call, result=result, note=note, actor=actor),
    )  # fmt: skip


@require_POST
@needs("exhibitions.call")
def call_given(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with the call in other hands; managers give, others have theirs only."""
    if not {MANAGE, "handover.manage"} & rights_of(request):
        raise Http404
    actor = actor_of(person_of(request))
    return _acted(
        request, uid,
        lambda call: call_give(
            call=call, owner=colleague_chosen(request.POST.get("owner", "")), actor=actor
        ),
    )  # fmt: skip


@require_POST
@needs("exhibitions.call")
def call_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with the call open again."""
    actor = actor_of(person_of(request))
    return _acted(request, uid, lambda call: call_reopen(call=call, actor=actor))


def _list(request: HttpRequest, found: Exhibition | None) -> HttpResponse:
    user, rights = person_of(request), rights_of(request)
    rows = calls_of(calls_for_user(user, rights), found)
    done = request.GET.get("view") == "done"
    manages = bool({MANAGE, "handover.manage"} & rights)
    context = {
        "exhibition": found, "lines": call_lines(rows, done=done), "done": done, "chips": CHIPS,
        "zone": zone_in_force(), "manages": manages, "people": callers() if manages else [],
    }  # fmt: skip
    return render(request, "exhibitions/calls.html", context)


def _acted(request: HttpRequest, uid: UUID, act: Callable[[Call], Call]) -> HttpResponse:
    try:
        found = call_find(person_of(request), rights_of(request), uid)
    except NotFound as error:
        raise Http404 from error
    try:
        act(found)
    except TeichakuError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Recorded."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("exhibitions:calls", uid=found.visitor.exhibition.uid)
