"""Who somebody is when data are told or erased: their leads, and what they are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Q

from teichaku.consent.addresses import address_digest
from teichaku.core.models import Change
from teichaku.core.personal_data import Person
from teichaku.intake.normalise import phone_bare, phone_shown
from teichaku.leads.models import Lead
from teichaku.leads.names import email_key

NAMED: Final = ("email", "name", "kana", "phone")
SHORTEST: Final = 3  # a shorter name would be found within the names of others


def person_of(lead: Lead) -> Person:
    """The person, with all records that stand for it and all it was ever called.

    A name, address or number that others have as well is not the person's own and is left out.
    """
    leads = list(Lead.objects.filter(root=lead.root_id).order_by("pk"))
    ids = tuple(row.pk for row in leads)
    said = [str(getattr(row, name)) for row in leads for name in NAMED]
    changes = Change.objects.filter(
        object_type="leads.lead", object_id__in=ids, field__in=NAMED
    ).values_list("old", "new")
    said += [text for pair in changes for text in pair if isinstance(text, str)]
    texts = _spelt(said) - _shared(said, ids)
    return Person(ids, tuple(sorted(texts, key=lambda text: (-len(text), text))))


def digests_of(person: Person) -> list[str]:
    """What stands for the person's own addresses once they are gone."""
    keys = {email_key(text) for text in person.texts} | {
        phone_bare(text) for text in person.texts if phone_bare(text).isdecimal()
    }
    uids = Lead.objects.filter(pk__in=person.leads).values_list("uid", flat=True)
    return sorted(address_digest(key) for key in {*keys, *map(str, uids)} - {""})


def _shared(said: Iterable[str], ids: Sequence[int]) -> set[str]:
    """The names, addresses and numbers among the texts that others have too, as they are spelt."""
    keys, spelt = {email_key(text) for text in said} - {""}, _spelt(said)
    others = Lead.objects.exclude(pk__in=ids)
    emails = set(others.filter(email_key__in=keys).values_list("email_key", flat=True))
    numbers = {phone_bare(text) for text in said if phone_bare(text).isdecimal()}
    phones = set(others.filter(phone__in=numbers).values_list("phone", flat=True))
    named = others.filter(Q(name__in=spelt) | Q(kana__in=spelt)).values_list("name", "kana")
    names = {"".join(name.split()) for pair in named for name in pair if name}
    return {
        shared
        for text in said
        if email_key(text) in emails or phone_bare(text) in phones or "".join(text.split()) in names
        for shared in _spelt([text])
    }


def _spelt(said: Iterable[str]) -> set[str]:
    """Each text in the ways in which it can stand in others."""
    found: set[str] = set()
    for text in said:
        bare = text.strip()
        parts = bare.split()
        digits = phone_bare(bare)
        found |= {bare, "".join(parts), " ".join(parts), "\u3000".join(parts)}
        found |= {unicodedata.normalize("NFKC", bare), email_key(bare)}
        if digits.isdecimal() and len(digits) in (10, 11):
            found |= {digits, phone_shown(digits)}
    return {text for text in found if len(text) >= SHORTEST}
