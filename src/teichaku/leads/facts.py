"""What the list of people tells the checklist."""

from __future__ import annotations

from django.db.models import F, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.engine.checklist.facts import DuplicateFacts, Share
from teichaku.leads.models import Lead

SPACES = (" ", "\u3000")


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(DuplicateFacts, duplicate_facts)


def duplicate_facts(context: FactsContext) -> DuplicateFacts:
    """Of the people with a name and a company, those who stand there once more than they should.

    Two are one when their names at the same company agree but for spaces.
    """
    known = Lead.objects.filter(
        root=F("pk"), kind=Lead.Kind.KNOWN, company__isnull=False, recorded_at__lte=context.as_of
    ).exclude(name="")
    whole = known.count()
    if not whole:
        return DuplicateFacts()
    bare: Combinable = F("name")
    for space in SPACES:
        bare = Replace(bare, Value(space), output_field=TextField())
    different = known.values_list("company__root", bare).distinct().count()
    return DuplicateFacts(Share(whole - different, whole))
