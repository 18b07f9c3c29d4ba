"""Changing one field of a record where it stands: the editor, the saved value and its way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from teichaku.core.errors import TeichakuError
from teichaku.core.registry import Text

LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name on screen; ``text`` is what an editor starts from."""

    name: str
    label: Text
    value: str
    text: str
    source: Text
    kind: str = "text"  # or "choice" or "day"
    mode: str = "text"  # the keyboard that a phone shows


class Row(Protocol):
    """A record that has a page of its own."""

    uid: UUID


@dataclass(frozen=True, slots=True)
class Editing:
    """A record's pages, and how its room reads one field and writes it."""

    row: Row
    page: str  # the name of the record's page
    edit_url: str
    read: Callable[[], Field | None]  # as it is stored now; None when there is no such field
    choices: Callable[[Field], Sequence[tuple[str, Text]]]
    save: Callable[[Field, str], object]  # what was shown, and what is to be


def field_answer(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The editor of the field, or the field as it was saved with the way back."""
    before = editing.read()
    if before is None:
        raise Http404
    if request.method == "GET":
        return _editor(request, editing, before, before.text)
    typed = request.POST.get("value", "")[:LONGEST]
    try:
        editing.save(before, typed)
    except TeichakuError as error:
        return _editor(request, editing, before, typed, error)
    after = editing.read() or before
    changed = after.text != before.text
    if not request.htmx:  # type: ignore[attr-defined]
        if changed:
            messages.success(request, _("Saved: %(field)s") % {"field": after.label})
        return redirect(editing.page, uid=editing.row.uid)
    context = {"field": after, "before": before if changed else None}
    return render(request, "core/field.html", context | _of(editing))


def _editor(
    request: HttpRequest,
    editing: Editing,
    shown: Field,
    typed: str,
    error: TeichakuError | None = None,
) -> HttpResponse:
    htmx = request.htmx  # type: ignore[attr-defined]
    context = {
        "field": shown,
        "typed": typed,
        "error": str(error) if error else "",
        "conflict": bool(error and "now" in error.data),
        "ask_reason": bool(error and error.data.get("ask_reason")),
        "reason": request.POST.get("proceed_reason", ""),
        "choices": editing.choices(shown) if shown.kind == "choice" else (),
        "page": editing.page,
        "whole": not htmx,
    }
    template = "core/field_editor.html" if htmx else "core/field_page.html"
    # A part of a page is put in place by htmx only when the answer is a success.
    status = 400 if error and not htmx else 200
    return render(request, template, context | _of(editing), status=status)


def _of(editing: Editing) -> dict[str, object]:
    return {"row": editing.row, "edit_url": editing.edit_url, "may_edit": True}
