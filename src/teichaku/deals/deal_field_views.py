"""Changing one field of a deal where it stands: the editor, the saved value with its way back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.errors import Conflict, TeichakuError
from teichaku.deals.deal_fields import DealField, deal_field, field_choices
from teichaku.deals.deal_input import typed_value
from teichaku.deals.deal_writes import deal_update
from teichaku.deals.models import Deal
from teichaku.deals.visible_deals import deal_to_edit

LONGEST = 1_000


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def field(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The editor of one of the deal's fields, or the field as it was saved."""
    deal = deal_to_edit(request, uid)
    before = deal_field(deal, name)
    if before is None:
        raise Http404
    if request.method == "GET":
        return _editor(request, deal, before, before.text)
    typed = request.POST.get("value", "")[:LONGEST]
    try:
        _save(request, deal, before, typed)
    except TeichakuError as error:
        return _editor(request, deal, before, typed, error)
    after = deal_field(deal_to_edit(request, uid), name)
    assert after is not None
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("Saved: %(field)s") % {"field": after.label})
        return redirect("deals:detail", uid=deal.uid)
    changed = after.text != before.text
    context: dict[str, object] = {"field": after, "before": before if changed else None}
    return render(request, "console/field.html", _context(deal, context))


def _save(request: HttpRequest, deal: Deal, before: DealField, typed: str) -> None:
    if request.POST.get("seen", before.text) != before.text:
        raise Conflict(
            _("Someone else changed this field in the meantime. Look at its value and decide."),
            now=before.text,
        )
    actor = actor_of(person_of(request))
    source = "undo" if "undo" in request.POST else "web"
    value = typed_value(before.name, typed, actor)
    deal_update(
        deal=deal, values={before.name: value}, actor=actor, source=source, version=deal.version
    )


def _editor(
    request: HttpRequest,
    deal: Deal,
    shown: DealField,
    typed: str,
    error: TeichakuError | None = None,
) -> HttpResponse:
    htmx = request.htmx  # type: ignore[attr-defined]
    context = {
        "field": shown,
        "typed": typed,
        "error": str(error) if error else "",
        "conflict": bool(error and "now" in error.data),
        "choices": field_choices(shown) if shown.kind == "choice" else (),
        "page": "deals:detail",
        "whole": not htmx,
    }
    template = "console/field_editor.html" if htmx else "console/field_page.html"
    # A part of a page is put in place by htmx only when the answer is a success.
    status = 400 if error and not htmx else 200
    return render(request, template, _context(deal, context), status=status)


def _context(deal: Deal, more: dict[str, object]) -> dict[str, object]:
    return {"row": deal, "edit_url": "deals:field", "may_edit": True, **more}
