"""The kinds of rows that input rules ask about: how they are read, and who tells of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Model, Q

from teichaku.core import bulk
from teichaku.core.canonical import Json
from teichaku.deals.models import Activity, Deal, Waiver
from teichaku.engine.input_facts import Subject
from teichaku.handover.models import Handover
from teichaku.inputs.activity_subjects import activities_asked, activity_subjects
from teichaku.inputs.book import InputBook
from teichaku.inputs.deal_subjects import deal_subjects
from teichaku.inputs.handover_subjects import handover_subjects, handovers_asked
from teichaku.inputs.lead_subjects import lead_subjects, leads_asked
from teichaku.inputs.models import OPEN, Obligation
from teichaku.intake.models import ImportRun
from teichaku.leads.models import Lead

AT_ONCE = 5_000
Named = Callable[[Collection[int], InputBook], Iterable[int]]


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """Rows of one table as subjects.

    ``asked`` picks those that any rule can be about, and ``named`` finds them from the ids that
    messages of ``topics`` carry, by the ids' name.
    """

    model: type[Model]
    subjects: Callable[[Sequence[int], InputBook], list[Subject]]
    asked: Callable[[InputBook], Q]
    topics: tuple[str, ...]
    named: Mapping[str, Named]

    def told(self, payloads: Iterable[Mapping[str, Json]], book: InputBook) -> set[int]:
        """The rows that the messages are about."""
        found: set[int] = set()
        for name, rows in self.named.items():
            ids = {one for payload in payloads for one in _ids(payload.get(name))}
            for portion in bulk.chunked(sorted(ids), AT_ONCE):
                found.update(rows(portion, book))
        return found


def _ids(value: Json) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, int)]


def _themselves(ids: Collection[int], book: InputBook) -> Iterable[int]:
    return ids


def _deals_of_activities(ids: Collection[int], book: InputBook) -> Iterable[int]:
    if not book.awaits("activity.", "deal"):
        return ()
    rows = Activity.objects.filter(pk__in=ids, deal__isnull=False)
    return rows.values_list("deal_id", flat=True)


def _deals_of_waivers(ids: Collection[int], book: InputBook) -> Iterable[int]:
    if not book.awaits("waiver.", "deal"):
        return ()
    return Waiver.objects.filter(pk__in=ids).values_list("deal_id", flat=True)


def _leads_of_roots(ids: Collection[int], book: InputBook) -> Iterable[int]:
    """The leads that stand for these people, as far as any rule is about them."""
    if not book.awaits("", "lead"):
        return ()
    owed = Obligation.objects.filter(subject_kind="lead", state=OPEN)
    rows = Lead.objects.filter(Q(pk__in=ids) | Q(root__in=ids))
    asked = rows.filter(leads_asked(book) | Q(pk__in=owed.values("subject_id")))
    return asked.values_list("pk", flat=True)


def _leads_of_handovers(ids: Collection[int], book: InputBook) -> Iterable[int]:
    if not book.awaits("", "lead"):
        return ()
    return Handover.objects.filter(pk__in=ids).values_list("lead_id", flat=True)


def _leads_of_imports(ids: Collection[int], book: InputBook) -> Iterable[int]:
    """All that were handed over, where a file of events may have told of it."""
    runs = ImportRun.objects.filter(pk__in=ids, entity="events")
    if not book.awaits("", "lead") or not runs.exists():
        return ()
    return Lead.objects.filter(leads_asked(book)).values_list("pk", flat=True)


def _handovers_asked(ids: Collection[int], book: InputBook) -> Iterable[int]:
    return ids if book.awaits("", "handover") else ()


SUBJECT_KINDS: Mapping[str, SubjectKind] = {
    "deal": SubjectKind(
        Deal,
        deal_subjects,
        asked=lambda book: Q(),
        topics=("deals.written", "deals.activities_written", "deals.waiver_requested"),
        named={
            "deals": _themselves,
            "activities": _deals_of_activities,
            "waiver": _deals_of_waivers,
        },
    ),
    "activity": SubjectKind(
        Activity,
        lambda ids, book: activity_subjects(ids),
        asked=activities_asked,
        topics=("deals.activities_written",),
        named={"activities": _themselves},
    ),
    "lead": SubjectKind(
        Lead,
        lead_subjects,
        asked=leads_asked,
        topics=(
            "leads.written",
            "handover.changed",
            "intake.import_finished",
            "intake.import_undone",
        ),
        named={
            "leads": _leads_of_roots,
            "handovers": _leads_of_handovers,
            "run": _leads_of_imports,
        },
    ),
    "handover": SubjectKind(
        Handover,
        handover_subjects,
        asked=handovers_asked,
        topics=("handover.changed",),
        named={"handovers": _handovers_asked},
    ),
}
