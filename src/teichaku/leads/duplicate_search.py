"""Searching all companies, or leads, for duplicates in a job; the page only reads what it found.

A search is done in parts. One that a worker could not finish goes on after its last whole part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext_lazy as _

from teichaku.core import clock
from teichaku.core.canonical import Json
from teichaku.core.jobs import job_enqueue
from teichaku.core.registry import JobHandler, Text, job_handlers
from teichaku.leads.alike import Duplicate, Pair, Progress
from teichaku.leads.duplicates import company_groups_of, company_pairs, company_rows
from teichaku.leads.lead_duplicates import (
    LEAD_PARTS,
    LeadPart,
    PersonRow,
    lead_groups_of,
    lead_rows,
)
from teichaku.leads.models import DistinctPair, DuplicateSearch

Kind = DistinctPair.Kind
SEARCHES = {Kind.COMPANY: "leads.duplicates_search", Kind.LEAD: "leads.lead_duplicates_search"}
DAILY = 86_400
MOST_KEPT = 500
KEPT_SEARCHES = 5
STEPS = 50  # how often the progress is written


@dataclass(frozen=True, slots=True)
class _Work:
    """What a search has to do: how many records there are, its parts, and how pairs make groups."""

    records: int
    parts: Sequence[Callable[[Progress], Iterator[Pair]]]
    groups: Callable[[list[Pair]], list[Duplicate]]


def duplicate_search_register() -> None:
    """Nothing; each search runs daily, and whenever somebody asks for it."""
    texts: dict[Kind, Text] = {
        Kind.COMPANY: _("Compare all companies"),
        Kind.LEAD: _("Compare all leads"),
    }
    for kind, name in SEARCHES.items():
        job_handlers.register(name, JobHandler(_job(kind), every_seconds=DAILY, text=texts[kind]))


def search_request(kind: Kind = Kind.COMPANY) -> None:
    """Nothing; a search begins soon, unless one is waiting already."""
    job_enqueue(kind=SEARCHES[kind], key=f"{SEARCHES[kind]}:asked")


def search_run(kind: Kind = Kind.COMPANY) -> None:
    """Nothing; the latest search is finished, older ones are gone."""
    search = search_running(kind)
    if search is None:
        search = DuplicateSearch.objects.create(kind=kind, started_at=clock.now())
    work = _WORK[kind]()
    parts = len(work.parts)
    search.records = work.records

    def progress(done: int, records: int) -> None:
        whole = (search.parts * records + done) // parts
        if whole - search.done >= records / STEPS:
            search.done = whole
            search.save(update_fields=["done", "records"])

    search.save(update_fields=["records"])
    for part in work.parts[search.parts :]:
        search.pairs += [list(pair) for pair in part(progress)]
        search.parts += 1
        search.done = search.records * search.parts // parts
        search.save(update_fields=["pairs", "parts", "done"])
    found = work.groups([Pair(*pair) for pair in search.pairs])
    search.groups = [
        [list(group.ids), group.reason, group.shared, group.similarity, group.records]
        for group in [group for group in found if len(group.ids) > 1][:MOST_KEPT]
    ]
    search.pairs, search.done, search.finished_at = [], search.records, clock.now()
    search.save(update_fields=["groups", "pairs", "done", "finished_at"])
    of_kind = DuplicateSearch.objects.filter(kind=kind)
    latest = of_kind.order_by("-pk").values_list("pk", flat=True)[:KEPT_SEARCHES]
    of_kind.exclude(pk__in=list(latest)).delete()


def search_finished(kind: Kind = Kind.COMPANY) -> DuplicateSearch | None:
    """The latest search that came to its end."""
    done = DuplicateSearch.objects.filter(kind=kind).exclude(finished_at=None)
    return done.order_by("-pk").first()


def search_running(kind: Kind = Kind.COMPANY) -> DuplicateSearch | None:
    """The search under way, or the one that a worker left and the next try goes on with."""
    latest = DuplicateSearch.objects.filter(kind=kind).order_by("-pk").first()
    return latest if latest is not None and latest.finished_at is None else None


def groups_found(search: DuplicateSearch) -> list[Duplicate]:
    """What the search found, the surest first."""
    return [Duplicate(tuple(ids), *rest) for ids, *rest in search.groups]


def _job(kind: Kind) -> Callable[[Mapping[str, Json]], None]:
    return lambda payload: search_run(kind)


def _companies() -> _Work:
    rows = company_rows()
    return _Work(
        len(rows),
        [lambda progress: company_pairs(rows, progress)],
        lambda pairs: company_groups_of(rows, pairs),
    )


def _leads() -> _Work:
    rows = lead_rows()
    parts = [partial(_part, part, rows) for part in LEAD_PARTS]
    return _Work(len(rows), parts, lead_groups_of)


def _part(part: LeadPart, rows: Sequence[PersonRow], progress: Progress) -> Iterator[Pair]:
    return part(rows)


_WORK: Mapping[Kind, Callable[[], _Work]] = {Kind.COMPANY: _companies, Kind.LEAD: _leads}
