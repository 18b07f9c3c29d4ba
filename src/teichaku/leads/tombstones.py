"""What stays of a lead whose personal data were erased."""

from __future__ import annotations

from teichaku.core.personal_data import Person
from teichaku.leads.models import Lead


def tombstones_set(person: Person) -> None:
    """Nothing; the leads stand for nobody any more."""
    Lead.objects.filter(pk__in=person.leads).update(kind=Lead.Kind.ERASED)
