"""What gates say, in the language of whoever is reading."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.engine.gates import Failing, Verdict

FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("Deal name"),
    "kind": gettext_lazy("Kind of deal"),
    "amount": gettext_lazy("Amount"),
    "close_on": gettext_lazy("Expected order date"),
    "closed_on": gettext_lazy("Closing date"),
    "created_on": gettext_lazy("Created on"),
    "lost_reason": gettext_lazy("Reason lost"),
    "next_action": gettext_lazy("Next action"),
    "next_action_on": gettext_lazy("Date of the next action"),
    "deciding_factor": gettext_lazy("Deciding factor"),
    "competitor": gettext_lazy("Competitor"),
    "approach_again_on": gettext_lazy("Date to approach again"),
    "decision_maker": gettext_lazy("Decision maker"),
    "company": gettext_lazy("Company"),
    "channel": gettext_lazy("Sales channel"),
    "owner": gettext_lazy("Owner"),
    "lead": gettext_lazy("Lead"),
    "outcome": gettext_lazy("Outcome"),
    "note": gettext_lazy("Note"),
}
_FAILING: dict[str, Promise] = {
    "no_lead": gettext_lazy("No MA lead is linked."),
    "no_event_before": gettext_lazy(
        "The linked lead has no recorded behaviour before the deal was created."
    ),
    "missing": gettext_lazy("%(field)s is not filled in."),
    "placeholder": gettext_lazy(
        "%(field)s holds a filler only. Enter what is known, or 不明 with a day to ask again."
    ),
    "no_choice": gettext_lazy("%(field)s is none of the choices."),
    "no_date": gettext_lazy("%(field)s is no date."),
    "not_future": gettext_lazy("%(field)s has passed already."),
    "not_past": gettext_lazy("%(field)s lies in the future."),
    "unknown_refused": gettext_lazy("%(field)s cannot be answered with 不明."),
    "ask_again_due": gettext_lazy("The day to ask again for %(field)s has passed."),
    "cannot_judge": gettext_lazy(
        "Whether the check applies cannot be told from the deal, so it is recorded only."
    ),
}
_REMEDIES: dict[str, Promise] = {
    "link": gettext_lazy("Link a lead from the candidates."),
    "create_and_link": gettext_lazy("Add a lead and link it."),
    "fill": gettext_lazy("Fill the fields in."),
    "ask_again_on": gettext_lazy("Choose 不明 and the day to ask again."),
    "proceed": gettext_lazy("Go on and say why."),
    "waiver": gettext_lazy("Ask for an exception."),
}


def field_label(name: str) -> str:
    """The field as people read it; one of the company's own by its name."""
    return str(FIELDS.get(name, name))


def failing_text(failing: Failing) -> str:
    """One sentence that says what is missing."""
    return str(_FAILING[failing.code]) % {"field": field_label(failing.field)}


def remedy_text(code: str) -> str:
    """One sentence that says a way out."""
    return str(_REMEDIES[code])


def refusal_text(verdicts: Iterable[Verdict]) -> str:
    """What is missing, why it matters and the ways out, of all gates that refuse."""
    refusing = list(verdicts)
    missing = dict.fromkeys(failing_text(f) for v in refusing for f in v.failing)
    why = dict.fromkeys(f"{v.why} ({v.gate_id})" for v in refusing)
    ways = dict.fromkeys(remedy_text(code) for v in refusing for code in v.remedies)
    return " ".join([*missing, _("Asked for by: %(gates)s.") % {"gates": ", ".join(why)}, *ways])
