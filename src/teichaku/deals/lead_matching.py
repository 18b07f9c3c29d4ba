"""Which lead a deal came from: one rule for files and for people.

A match follows from the deal's keys and the leads there are, so the order in which files come
decides nothing. docs/algorithms/deal-matching.md explains the confidences.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery
from rapidfuzz import fuzz

from teichaku.core import bulk
from teichaku.deals.deal_events import SOURCE
from teichaku.deals.lead_pools import DealKeys, LeadPool, LeadPools
from teichaku.leads.models import Lead
from teichaku.leads.names import person_name_key
from teichaku.leads.references import (
    LOOKUP_SIZE,
    Known,
    LeadAt,
    leads_by_email,
    leads_by_reference,
)
from teichaku.tracking.models import Event

# How sure a link is that nobody has confirmed, when the deal names the person and when not.
WITH_PERSON = {"corporate_number": 0.95, "domain": 0.9, "company": 0.85}
WITHOUT_PERSON = {"corporate_number": 0.7, "domain": 0.6}
# A suggestion is worth its company's part (as above, or this times the similarity of the names)
# times its person's part.
SIMILAR_COMPANY = 0.8
SIMILAR_PERSON, UNKNOWN_PERSON, OTHER_PERSON = 0.9, 0.5, 0.25
SHARED_EMAIL = 0.5  # several leads have the deal's address
LEAST_SIMILAR = 75.0  # of 100, between two names of people
SURNAME_ALONE = 0.8  # similarity when one name starts with the other
LEAST_CONFIDENCE = 0.4  # so that a similar company needs a person
MOST_SUGGESTED = 5
_NEVER = datetime.max.replace(tzinfo=UTC)


class Suggestion(NamedTuple):
    """A lead that may be the deal's, for a person to decide."""

    lead: LeadAt
    key: str
    confidence: float
    reasons: tuple[str, ...]


class Match(NamedTuple):
    """The lead of a deal and the key that found it; without one, leads that it may be."""

    lead: Known | None = None
    key: str = ""
    confidence: float | None = None
    suggestions: tuple[Suggestion, ...] = ()


class LeadMatcher:
    """Finds the leads of many deals at once; one per import."""

    def __init__(self) -> None:
        self._pools = LeadPools()

    def match(
        self, deals: Sequence[DealKeys], refused: Mapping[int, Collection[int]] | None = None
    ) -> list[Match]:
        """The match of each deal; ``refused``: leads that a person said no to, by place."""
        found = exact_matches(deals)
        rest = [place for place, match in enumerate(found) if match.lead is None]
        pools = dict(zip(rest, self._pools.of([deals[place] for place in rest]), strict=True))
        for place, leads in (refused or {}).items():
            if place in pools:
                _leave_out(pools[place], leads)
        steps = {place: list(_steps(deals[place], pool)) for place, pool in pools.items()}
        contested = {
            lead.id
            for some in steps.values()
            for _, _, leads in some
            if len(leads) > 1
            for lead in leads
        }
        contacts = first_contacts(contested)
        for place, pool in pools.items():
            found[place] = _choose(deals[place], steps[place], contacts) or Match(
                suggestions=tuple(
                    suggestion
                    for suggestion in suggestions(deals[place], pool)[:MOST_SUGGESTED]
                    if suggestion.confidence >= LEAST_CONFIDENCE
                )
            )
        return found


def exact_matches(deals: Sequence[DealKeys]) -> list[Match]:
    """The matches by the id that the deal's system gave, else by a personal address."""
    systems = {deal.system for deal in deals if deal.lead}
    by_id = {
        system: leads_by_reference(
            system, {deal.lead for deal in deals if deal.lead and deal.system == system}
        )
        for system in systems
    }
    emails = {deal.email for deal in deals} - {""}
    by_email = leads_by_email(emails) if emails else {}
    matches: list[Match] = []
    for deal in deals:
        known = by_id[deal.system].get(deal.lead) if deal.lead else None
        if known:
            matches.append(Match(known, "external_id", 1.0))
        elif known := by_email.get(deal.email):
            matches.append(Match(known, "email", 1.0))
        else:
            matches.append(Match())
    return matches


def _leave_out(pool: LeadPool, refused: Collection[int]) -> None:
    pool.leads = {
        key: [lead for lead in leads if lead.id not in refused] for key, leads in pool.leads.items()
    }


def _steps(deal: DealKeys, pool: LeadPool) -> Iterator[tuple[str, float, list[LeadAt]]]:
    """What is tried in turn: the key, its confidence, and the leads that it leaves."""
    if deal.person:
        for key, confidence in WITH_PERSON.items():
            leads = pool.leads.get(key, ())
            same = [lead for lead in leads if person_name_key(lead.name) == deal.person]
            yield key, confidence, same
        return
    for key, confidence in WITHOUT_PERSON.items():
        yield key, confidence, pool.leads.get(key, [])


def _choose(
    deal: DealKeys,
    steps: Sequence[tuple[str, float, list[LeadAt]]],
    contacts: Mapping[int, datetime],
) -> Match | None:
    """The first key that finds leads decides: its only one, or the only one known by then."""
    for key, confidence, leads in steps:
        if not leads:
            continue
        chosen = leads if len(leads) == 1 else _known_before(deal.created, leads, contacts)
        if len(chosen) == 1:
            return Match(Known(chosen[0].id, chosen[0].id), key, confidence)
        return None
    return None


def _known_before(
    created: datetime | None, leads: Sequence[LeadAt], contacts: Mapping[int, datetime]
) -> list[LeadAt]:
    if created is None:
        return []
    return [lead for lead in leads if contacts.get(lead.id, _NEVER) < created]


def suggestions(deal: DealKeys, pool: LeadPool) -> list[Suggestion]:
    """Every lead of the pool, likeliest first."""
    keys: dict[int, list[str]] = {}
    leads: dict[int, LeadAt] = {}
    for key, some in pool.leads.items():
        for lead in some:
            leads[lead.id] = lead
            keys.setdefault(lead.id, []).append(key)
    shared = len(pool.leads.get("email", ()))
    found = [_suggestion(deal, pool, lead, keys[lead.id], shared) for lead in leads.values()]
    # Ids come last: they depend on the order in which files came.
    return sorted(
        found,
        key=lambda s: (
            -s.confidence,
            s.lead.created_at or _NEVER,
            s.lead.email_key,
            s.lead.name,
            s.lead.id,
        ),
    )


def _suggestion(
    deal: DealKeys, pool: LeadPool, lead: LeadAt, keys: Sequence[str], shared: int
) -> Suggestion:
    person, told = _person_part(deal.person, lead.name)
    worth = {key: WITH_PERSON[key] * person for key in keys if key in WITH_PERSON}
    if "similar_company" in keys and lead.company is not None:
        worth["similar_company"] = SIMILAR_COMPANY * pool.similarity[lead.company] * person
    if "email" in keys:
        worth["email"] = 1.0 if shared == 1 else SHARED_EMAIL
    best = max(worth, key=worth.__getitem__)
    return Suggestion(lead, best, round(worth[best], 3), (*worth, told) if told else (*worth,))


def _person_part(wanted: str, name: str) -> tuple[float, str]:
    """How much the person's name counts, and the reason when it speaks for the lead."""
    known = person_name_key(name)
    if not (wanted and known):
        return UNKNOWN_PERSON, ""
    if wanted == known:
        return 1.0, "person"
    short, long = sorted((wanted, known), key=len)
    if len(short) > 1 and long.startswith(short):
        return SIMILAR_PERSON * SURNAME_ALONE, "similar_person"
    ratio = fuzz.ratio(wanted, known, score_cutoff=LEAST_SIMILAR)
    return (SIMILAR_PERSON * ratio / 100, "similar_person") if ratio else (OTHER_PERSON, "")


def first_contacts(roots: Collection[int]) -> dict[int, datetime]:
    """When each of these leads was first known: created, or seen to do something."""
    events = (
        Event.objects.filter(lead=OuterRef("pk"), retracted_at=None, origin=Event.Origin.HUMAN)
        .exclude(source=SOURCE)  # what deals tell follows from matches, so it cannot decide one
        .order_by("at")
        .values("at")[:1]
    )
    first: dict[int, datetime] = {}
    for chunk in bulk.chunked(roots, LOOKUP_SIZE):
        leads = Lead.objects.filter(root__in=chunk).annotate(seen=Subquery(events))
        for root, *instants in leads.values_list(F("root_id"), "created_at", "seen"):
            known = [at for at in (*instants, first.get(root)) if at is not None]
            if known:
                first[root] = min(known)
    return first
