"""What the page of a lead tells of forms that were handed in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from teichaku.core.registry import Text
from teichaku.forms.definition import PERSON
from teichaku.forms.models import Submission, Suggestion
from teichaku.forms.selectors import submissions_of_lead, suggestions_open
from teichaku.leads.models import Lead


@dataclass(frozen=True, slots=True)
class FormedLead:
    """A lead's forms, and what they say otherwise than is recorded, each with its label."""

    submissions: Sequence[Submission]
    suggestions: Sequence[tuple[Text, Suggestion]]
    may_decide: bool


def formed_lead(lead: Lead, rights: Collection[str]) -> FormedLead | None:
    """What is known of the lead; None for people who may not see it, and where there is nothing."""
    if "forms.view" not in rights:
        return None
    submissions = submissions_of_lead(lead)
    if not submissions:
        return None
    said = [(PERSON[row.field], row) for row in suggestions_open(lead)]
    return FormedLead(submissions, said, "forms.manage" in rights)
