"""A person's tasks and notifications."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from teichaku.accounts.access import signed_in, standing_of
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core import clock
from teichaku.core.addresses import is_inside
from teichaku.notify.kinds import notification_kinds, task_kinds
from teichaku.notify.models import Task
from teichaku.notify.reading import notification_open, notifications_read
from teichaku.notify.selectors import (
    notification_file,
    notifications_for_user,
    task_for_user,
    tasks_for_user,
)
from teichaku.notify.services import task_done, task_reopen

PAGE_SIZE = 50


@require_safe
@signed_in
def task_list(request: HttpRequest) -> HttpResponse:
    """What the person has to do, the earliest due first."""
    rows = list(tasks_for_user(person_of(request), standing_of(request).roles)[: PAGE_SIZE + 1])
    tasks = [(task, task_kinds.get(task.kind)) for task in rows[:PAGE_SIZE]]
    context = {
        "tasks": [(task, kind.title(task.params), kind.icon) for task, kind in tasks],
        "more": len(rows) > PAGE_SIZE,
        "now": clock.now(),
    }
    return render(request, "notify/tasks.html", context)


@require_POST
@signed_in
def task_close(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list, with the task done or, asked to take that back, open again."""
    task = _task(request, uid)
    actor = actor_of(person_of(request))
    if "reopen" in request.POST:
        task_reopen(task=task, actor=actor)
        return redirect("notify:task_list")
    task_done(task=task, actor=actor)
    title = task_kinds.get(task.kind).title(task.params)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "notify/task_done.html", {"task": task, "title": title})
    return redirect("notify:task_list")


@require_safe
@signed_in
def notification_list(request: HttpRequest) -> HttpResponse:
    """What the person was told, newest first."""
    before = request.GET.get("before", "")
    rows = notifications_for_user(person_of(request))
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE_SIZE + 1])
    told = [(row, notification_kinds.get(row.kind)) for row in found[:PAGE_SIZE]]
    context = {
        "told": [(row, kind.title(row.params), kind.icon) for row, kind in told],
        "more": len(found) > PAGE_SIZE,
        "last": told[-1][0].pk if told else None,
        "newest": told[0][0].pk if told else None,
    }
    return render(request, "notify/notifications.html", context)


@require_POST
@signed_in
def notification_read(request: HttpRequest, uid: UUID) -> HttpResponse:
    """On to the page that the notification is about."""
    found = notifications_for_user(person_of(request)).filter(uid=uid).first()
    if found is None:
        raise Http404
    notification_open(notification=found)
    return redirect(found.address if is_inside(found.address) else "notify:notification_list")


@require_safe
@signed_in
def file_download(request: HttpRequest, uid: UUID, number: int) -> FileResponse:
    """A file that goes with one of the person's notifications, to be saved and never shown."""
    found = notification_file(person_of(request), uid, number)
    if found is None:
        raise Http404
    return FileResponse(
        BytesIO(found.content),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
    )


@require_POST
@signed_in
def notifications_all_read(request: HttpRequest) -> HttpResponse:
    """The list, with everything read up to the newest that was shown."""
    newest = request.POST.get("upto", "")
    upto = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 19 else None
    notifications_read(user=person_of(request), upto=upto)
    return redirect("notify:notification_list")


def _task(request: HttpRequest, uid: UUID) -> Task:
    task = task_for_user(person_of(request), standing_of(request).roles, uid)
    if task is None:
        raise Http404
    return task
