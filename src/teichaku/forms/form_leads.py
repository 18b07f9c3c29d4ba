"""Whose a submission is: the lead with the address, or a new one. Nothing recorded is overwritten.

Anybody can type anybody's address. So blanks of a known lead are filled, and what differs from the
record waits as a suggestion until a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.forms.definition import PERSON, Definition
from teichaku.forms.models import Submission, Suggestion
from teichaku.intake.normalise import phone_bare
from teichaku.leads.lead_writes import lead_texts, lead_update
from teichaku.leads.models import Campaign, Lead
from teichaku.leads.names import (
    company_name_key,
    email_domain,
    email_is_free,
    email_is_personal,
    person_name_key,
)
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.leads.references import companies_at, companies_ensure, roots_with_email

SOURCE = "form"
CAMPAIGN_PARAMETER = "utm_campaign"
_KEYS: Mapping[str, Callable[[str], str]] = {
    "company": company_name_key,
    "name": person_name_key,
    "phone": phone_bare,
}


def lead_for(*, submission: Submission, definition: Definition, actor: Actor) -> Lead:
    """The lead that the submission is recorded for; part of the caller's transaction."""
    told = told_of_person(definition, submission.values)
    key = submission.email_key
    known = sorted(root for _key, root in roots_with_email([key])) if email_is_personal(key) else []
    campaign = campaign_of(definition, submission.values)
    if not known:
        company = _company(key, told.get("company", ""), actor)
        row = NewLead(
            name=told.get("name", ""),
            email=told.get("email", ""),
            phone=told.get("phone", ""),
            department=told.get("department", ""),
            title=told.get("title", ""),
            company=company,
            source=definition.source,
            campaign=campaign,
        )
        return lead_create(lead=row, actor=actor)
    lead = Lead.objects.get(pk=known[0])
    told |= {"source": definition.source, "campaign": campaign}
    recorded = lead_texts(lead, told)
    blanks = {name: text for name, text in told.items() if text and not recorded[name]}
    if blanks:
        lead_update(lead=lead, values=blanks, actor=actor, source=SOURCE)
    at = clock.now()
    Suggestion.objects.bulk_create(
        Suggestion(
            submission=submission, lead=lead, field=name, recorded=recorded[name], text=text, at=at
        )
        for name, text in told.items()
        if name in PERSON and name != "email" and _differs(name, recorded[name], text)
    )
    return lead


def suggestion_use(*, suggestion: Suggestion, actor: Actor) -> None:
    """Nothing; the lead has what the form said. Changed meanwhile by somebody, ``Conflict``."""
    with transaction.atomic():
        _decide(suggestion, used=True, actor=actor)
        lead_update(
            lead=suggestion.lead.root,
            values={suggestion.field: suggestion.text},
            seen={suggestion.field: suggestion.recorded},
            actor=actor,
            source=SOURCE,
        )


def suggestion_leave(*, suggestion: Suggestion, actor: Actor) -> None:
    """Nothing; the lead stays as it is."""
    with transaction.atomic():
        _decide(suggestion, used=False, actor=actor)


def told_of_person(definition: Definition, values: Mapping[str, object]) -> dict[str, str]:
    """What was said of the person, by the names of a lead's fields; blanks are left out."""
    found = {spec.kind: values.get(spec.name) for spec in definition.fields if spec.kind in PERSON}
    return {kind: text for kind, text in found.items() if isinstance(text, str) and text}


def _decide(suggestion: Suggestion, *, used: bool, actor: Actor) -> None:
    decided = Suggestion.objects.filter(pk=suggestion.pk, used=None).update(
        used=used, decided_at=clock.now(), decided_by=actor.user_id
    )
    if not decided:
        raise Conflict(_("Somebody has decided about this already."))
    audit_record(
        actor=actor,
        action="forms.suggestion_use" if used else "forms.suggestion_leave",
        object_type="forms.suggestion",
        object_id=suggestion.pk,
    )
    outbox_emit(topic="forms.decided", payload={"suggestion": suggestion.pk})


def _differs(name: str, recorded: str, text: str) -> bool:
    fold = _KEYS.get(name, str.casefold)
    return bool(recorded) and fold(recorded) != fold(text)


def _company(email_key: str, name: str, actor: Actor) -> int | None:
    """By the domain of the address, unless it is a provider's, and else by the name."""
    domain = email_domain(email_key)
    if domain and not email_is_free(domain):
        roots = {each.root for each in companies_at(domains=[domain])}
        if len(roots) == 1:
            return roots.pop()
    if not name:
        return None
    found, _new = companies_ensure(
        system="default", references={name}, actor=actor, recorded_at=clock.now()
    )
    return found[name]


def campaign_of(definition: Definition, values: Mapping[str, object]) -> str:
    """The campaign that the address named, if there is one of that name; else the form's."""
    named = values.get(CAMPAIGN_PARAMETER)
    if isinstance(named, str) and named and Campaign.objects.filter(name=named).exists():
        return named
    return definition.campaign
