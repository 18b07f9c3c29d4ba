"""Changing one field of a deal where it stands."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.entry_times import entry_time_tell
from teichaku.core.errors import Conflict
from teichaku.core.field_editing import Editing, Field, field_answer
from teichaku.deals.deal_fields import deal_field, field_choices
from teichaku.deals.deal_input import typed_value
from teichaku.deals.deal_writes import deal_update
from teichaku.deals.gate_checks import Answer, GateRefused
from teichaku.deals.models import Deal
from teichaku.deals.visible_deals import SHOWN, deal_to_edit

LONGEST_REASON = 2_000


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def field(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """The editor of one of the deal's fields, or the field as it was saved."""
    deal = deal_to_edit(request, uid)
    rows = Deal.objects.select_related(*SHOWN)  # of others too: the deal may be given away here
    editing = Editing(
        row=deal,
        page="deals:detail",
        edit_url="deals:field",
        read=lambda: deal_field(rows.get(pk=deal.pk), name),
        choices=field_choices,
        save=lambda before, typed: _save(request, deal, before, typed),
    )
    return field_answer(request, editing)


def _save(request: HttpRequest, deal: Deal, before: Field, typed: str) -> None:
    if request.POST.get("seen", before.text) != before.text:
        raise Conflict(
            _("Someone else changed this field in the meantime. Look at its value and decide."),
            now=before.text,
        )
    actor = actor_of(person_of(request))
    source = "undo" if "undo" in request.POST else "web"
    value = typed_value(before.name, typed, actor)
    answer = Answer(proceed_reason=request.POST.get("proceed_reason", "")[:LONGEST_REASON])
    try:
        deal_update(
            deal=deal,
            values={before.name: value},
            actor=actor,
            source=source,
            version=deal.version,
            answer=answer,
        )
    except GateRefused as refusal:
        warned = all(verdict.result == "warn" for verdict in refusal.verdicts)
        raise Conflict(str(refusal), ask_reason=warned) from refusal
    entry_time_tell(request.POST, subject_kind="deal", subject_id=deal.pk)
