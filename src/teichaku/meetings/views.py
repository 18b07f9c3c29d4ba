"""Pages about meetings."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs, open_to_all, rights_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core import clock
from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.meetings.agenda import DECISIONS, UNENTERED
from teichaku.meetings.calendar_feeds import (
    calendar_feed,
    calendar_feed_make,
    calendar_feed_revoke,
    feed_meetings,
    feed_of,
    feed_read_too_often,
    feed_token,
)
from teichaku.meetings.decisions import decision_add, decision_settle
from teichaku.meetings.forms import DecisionForm, JoinForm, MoveForm
from teichaku.meetings.invitations import feed_file
from teichaku.meetings.meeting_page import (
    entries_of_others,
    entries_part,
    may_settle,
    meeting_page,
    mode_page,
    owners,
)
from teichaku.meetings.models import Meeting
from teichaku.meetings.overview import list_page, series_page
from teichaku.meetings.people import invited_people, may_chair, today_here
from teichaku.meetings.selectors import (
    decision_of,
    item_of,
    meeting_of,
    meeting_under_way,
    minutes_of,
    series_of,
)
from teichaku.meetings.series import series_join
from teichaku.meetings.services import (
    MeetingUnfinished,
    inputs_except,
    item_outcome_set,
    meeting_cancel,
    meeting_check_in,
    meeting_check_out,
    meeting_close,
    meeting_move,
    meeting_open,
)

READS_OR_WRITES = require_http_methods(["GET", "HEAD", "POST"])
STATE = Meeting.State


def _meeting(uid: UUID) -> Meeting:
    found = meeting_of(uid)
    if found is None:
        raise Http404
    return found


def _mode(meeting: Meeting, kind: str = "") -> HttpResponse:
    address = reverse("meetings:mode", args=[meeting.uid])
    return redirect(f"{address}?item={kind}" if kind else address)


@require_safe
@needs("meetings.view")
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The meetings to come and those that are over."""
    person = person_of(request)
    feed = calendar_feed(person)
    address = reverse("meetings:feed_file", args=[feed_token(feed)]) if feed else ""
    context = {
        **list_page(person),
        "feed": request.build_absolute_uri(address) if address else "",
    }
    return render(request, "meetings/list.html", context)


@READS_OR_WRITES
@needs("meetings.view")
def series(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One series: what is agreed on it, its meetings, and the meeting that it joins."""
    found = series_of(uid)
    if found is None:
        raise Http404
    may_arrange = "meetings.arrange" in rights_of(request)
    form = JoinForm(request.POST or None, series=found)
    if request.method == "POST":
        if not may_arrange:
            raise Http404
        if form.is_valid():
            try:
                series_join(series=found, actor=actor_of(person_of(request)), **form.cleaned_data)
                messages.success(request, _("Saved. Invitations follow."))
                return redirect("meetings:series", uid=uid)
            except InvalidInput as error:
                form.add_error(str(error.data.get("field") or "name"), str(error))
    context = {**series_page(found), "form": form, "may_arrange": may_arrange}
    return render(request, "meetings/series.html", context, status=422 if form.errors else 200)


@require_safe
@needs("meetings.view")
def meeting(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One meeting before it begins; afterwards its minutes."""
    found = _meeting(uid)
    if found.state in (STATE.HELD, STATE.UNFINISHED):
        return redirect("meetings:minutes", uid=uid)
    return _meeting_page(request, found, MoveForm())


def _meeting_page(
    request: HttpRequest, found: Meeting, move: MoveForm, *, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    arranges = "meetings.arrange" in rights_of(request) or may_chair(found, person, today_here())
    context = {
        **meeting_page(found, person),
        "move": move,
        "may_arrange": arranges and found.state == STATE.PLANNED,
    }
    return render(request, "meetings/meeting.html", context, status=status)


@require_POST
@needs("meetings.view")
def open_meeting(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting, open; whoever comes second joins it."""
    found = _meeting(uid)
    try:
        meeting_open(meeting=found, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        messages.info(request, str(error))
        if _meeting(uid).state != STATE.OPEN:
            return redirect("meetings:meeting", uid=uid)
    return _mode(found)


@require_safe
@needs("meetings.view")
def mode(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting as it is led, one point at a time."""
    found = _meeting(uid)
    if found.state != STATE.OPEN:
        return redirect("meetings:meeting", uid=uid)
    return _mode_page(request, found)


def _mode_page(
    request: HttpRequest,
    found: Meeting,
    form: DecisionForm | None = None,
    *,
    kind: str = "",
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {
        **mode_page(found, person_of(request), kind or request.GET.get("item", ""), form),
        "is_big": "big" in request.GET,
        **more,
    }
    return render(request, "meetings/mode.html", context, status=status)


@require_safe
@needs("meetings.view")
def unentered(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is not entered yet, as a part of the page."""
    found = _meeting(uid)
    return render(request, "meetings/entries.html", entries_part(found, person_of(request)))


@require_POST
@needs("meetings.view")
def check_in(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting with the person checked in, or out again."""
    found, actor = _meeting(uid), actor_of(person_of(request))
    people = {str(person.uid): person for person in invited_people(found, today_here())}
    person = people.get(request.POST.get("person", ""), person_of(request))
    try:
        if "out" in request.POST:
            meeting_check_out(meeting=found, person=person, actor=actor)
        else:
            meeting_check_in(meeting=found, person=person, actor=actor)
    except TeichakuError as error:
        messages.error(request, str(error))
    return _mode(found, request.POST.get("item", ""))


@require_POST
@needs("meetings.view")
def outcome(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting with the outcome of one point; then on to the next one."""
    found = _meeting(uid)
    item = item_of(found, request.POST.get("kind", ""), request.POST.get("subject", ""))
    if item is None:
        raise Http404
    try:
        item_outcome_set(
            item=item,
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", "")[:1_000],
            actor=actor_of(person_of(request)),
        )
    except TeichakuError as error:
        messages.error(request, str(error))
    return _mode(found, item.kind)


@require_POST
@needs("meetings.view")
def except_inputs(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting with the chosen entries excepted, all for one reason."""
    found = _meeting(uid)
    chosen = [int(text) for text in request.POST.getlist("entries") if text.isdecimal()]
    if "all" in request.POST:
        chosen = entries_of_others(found, person_of(request))
    reason = request.POST.get("reason", "")[:1_000]
    try:
        inputs_except(
            meeting=found, entries=chosen, reason=reason, actor=actor_of(person_of(request))
        )
    except TeichakuError as error:
        return _mode_page(
            request, found, kind=UNENTERED, status=422, wrong=str(error), chosen=chosen,
            reason=reason,
        )  # fmt: skip
    return _mode(found, UNENTERED)


@require_POST
@needs("meetings.view")
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting with a decision more."""
    found, person = _meeting(uid), person_of(request)
    people = owners(invited_people(found, today_here()), person)
    form = DecisionForm(request.POST, people=people)
    kind = request.POST.get("item", DECISIONS)
    if form.is_valid():
        try:
            decision_add(meeting=found, actor=actor_of(person), **form.decided())
            messages.success(request, _("The decision is recorded and stands in the task list."))
            return _mode(found, kind)
        except TeichakuError as error:
            field = error.data.get("field")
            form.add_error(str(field) if field else None, str(error))
    return _mode_page(request, found, form, kind=kind, status=422)


@require_POST
@needs("meetings.view")
def decision(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Back where the person was, with what became of a decision."""
    found = decision_of(uid)
    if found is None or not may_settle(found, person_of(request)):
        raise Http404
    try:
        decision_settle(
            decision=found,
            state=next((s for s in ("done", "dropped", "open") if s in request.POST), "open"),
            result=request.POST.get("result", "")[:1_000],
            actor=actor_of(person_of(request)),
        )
    except TeichakuError as error:
        messages.error(request, str(error))
    back = request.POST.get("item", "")
    followed = meeting_under_way(found.meeting.series)
    return _mode(followed, back) if back and followed else redirect("meetings:list")


@require_POST
@needs("meetings.view")
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The minutes; while something is missing the meeting, saying what."""
    found = _meeting(uid)
    try:
        meeting_close(
            meeting=found,
            unfinished="unfinished" in request.POST,
            actor=actor_of(person_of(request)),
        )
    except MeetingUnfinished as error:
        kind = UNENTERED if "inputs" in error.data else request.POST.get("item", "")
        return _mode_page(request, found, kind=kind, status=422, refused=error)
    except TeichakuError as error:
        messages.error(request, str(error))
        return redirect("meetings:meeting", uid=uid)
    messages.success(request, _("The meeting is closed. The minutes are on their way."))
    return redirect("meetings:minutes", uid=uid)


@require_safe
@needs("meetings.view")
def minutes(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was recorded of a meeting."""
    found = _meeting(uid)
    if found.state not in (STATE.HELD, STATE.UNFINISHED):
        return redirect("meetings:meeting", uid=uid)
    context = {**meeting_page(found, person_of(request)), "written": minutes_of(found)}
    return render(request, "meetings/minutes.html", context)


@require_POST
@needs("meetings.view")
def move(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting at another time."""
    found, form = _arranged(request, uid), MoveForm(request.POST)
    if not form.is_valid():
        return _meeting_page(request, found, form, status=422)
    actor, told = actor_of(person_of(request)), form.cleaned_data
    try:
        meeting_move(meeting=found, begins_at=form.begins_at(), reason=told["reason"], actor=actor)
    except InvalidInput as error:
        form.add_error("day", str(error))
        return _meeting_page(request, found, form, status=422)
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("meetings:meeting", uid=uid)


@require_POST
@needs("meetings.view")
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The meeting, cancelled."""
    found = _arranged(request, uid)
    try:
        meeting_cancel(
            meeting=found,
            reason=request.POST.get("reason", "")[:500],
            actor=actor_of(person_of(request)),
        )
        messages.success(request, _("The meeting is cancelled; everybody invited is told."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("meetings:meeting", uid=uid)


def _arranged(request: HttpRequest, uid: UUID) -> Meeting:
    """The meeting that the person may move or cancel; else the page is missing."""
    found = _meeting(uid)
    leads = may_chair(found, person_of(request), today_here())
    if not leads and "meetings.arrange" not in rights_of(request):
        raise Http404
    return found


@require_POST
@needs("meetings.view")
def feed(request: HttpRequest) -> HttpResponse:
    """The list, with a fresh calendar address or without one."""
    person = person_of(request)
    if "revoke" in request.POST:
        calendar_feed_revoke(person=person, actor=actor_of(person))
        messages.success(request, _("The calendar address leads nowhere any more."))
    else:
        calendar_feed_make(person=person, actor=actor_of(person))
        messages.success(request, _("The calendar address is ready. Keep it to yourself."))
    return redirect(f"{reverse('meetings:list')}#calendar")


@require_safe
@open_to_all
def feed_ics(request: HttpRequest, token: str) -> HttpResponse:
    """The meetings of the person whose secret address this is, for calendars."""
    found = feed_of(token)
    if found is None:
        raise Http404
    if feed_read_too_often(found):
        return HttpResponse(status=429, headers={"Retry-After": "3600"})
    content = feed_file(feed_meetings(found), clock.now())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
