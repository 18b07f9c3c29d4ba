"""Why handovers are returned, leads disqualified and MQLs judged no good: the lists of reasons."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.engine.rulebook.model import Handover as Rules
from teichaku.handover.models import Category

# Before contact. Only what is outside the definition speaks against the definition.
RETURN_REASONS: Mapping[str, tuple[Category, Promise]] = {
    "not_target": (
        Category.DEFINITIONAL, _("Outside the definition: industry, size, position or region"),
    ),
    "no_behaviour": (Category.DEFINITIONAL, _("Outside the definition: conditions not met")),
    "contact_wrong": (Category.CLERICAL, _("Clerical: contact details wrong, or a duplicate")),
    "wrong_owner": (
        Category.PROCEDURAL, _("Procedure: wrong owner, customer already, or in negotiation"),
    ),
}  # fmt: skip
CATEGORY_LABELS: Mapping[str, Promise] = {
    Category.DEFINITIONAL: _("Outside the definition"),
    Category.CLERICAL: _("Clerical"),
    Category.PROCEDURAL: _("Procedure"),
}
# A company's own reasons say by their beginning what kind they are.
_OWN_KINDS = {
    "定義外": Category.DEFINITIONAL,
    "事務": Category.CLERICAL,
    "手続": Category.PROCEDURAL,
}
# After contact.
DISQUALIFY_REASONS: Mapping[str, Promise] = {
    "no_need": _("No need"),
    "too_early": _("Too early"),
    "no_budget": _("No budget"),
    "no_decider": _("Nobody knows who decides"),
    "competitor": _("Decided for a competitor"),
    "not_reached": _("Could not be reached"),
}
NEEDS_DAY = "too_early"
# What an MQL lacked, in one tap.
VERDICT_REASONS: Mapping[str, Promise] = {
    "interest": _("Little interest"),
    "target": _("Not our target"),
    "position": _("Far from the decision"),
    "contact": _("Contact details wrong"),
    "other": _("Other reason"),
}


def return_reasons(rules: Rules | None) -> dict[str, tuple[str, str | Promise]]:
    """Category and label of each reason that the rulebook knows, by its code."""
    if rules is None or rules.return_reasons == "default":
        return {code: (str(kind), label) for code, (kind, label) in RETURN_REASONS.items()}
    return {text: (_own_kind(text), text) for text in rules.return_reasons}


def return_label(reason: str) -> str | Promise:
    """The words of a reason; a company's own ones are their own words."""
    return RETURN_REASONS[reason][1] if reason in RETURN_REASONS else reason


def _own_kind(text: str) -> str:
    kinds = (kind for start, kind in _OWN_KINDS.items() if text.startswith(start))
    return str(next(kinds, Category.PROCEDURAL))
