"""What people have not entered though it was due, as rows about deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from teichaku.accounts.models import User
from teichaku.core import bulk
from teichaku.deals.models import Activity, Deal
from teichaku.engine.obligations import asked_of
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import OPEN, Obligation
from teichaku.inputs.subject_kinds import SUBJECT_KINDS

MOST = 500
ABOUT_DEALS = ("deal", "activity")


@dataclass(frozen=True, slots=True)
class MissingRow:
    """What one rule still asks about one deal or activity: its fields without an answer, who owes
    it since when. One entry settles all its obligations; ``uid`` is that of the first.

    An activity that belongs to no deal stands under its company alone.
    """

    obligations: tuple[int, ...]
    uid: UUID
    rule_id: str
    rule: str
    fields: tuple[str, ...]
    deal: int | None
    deal_uid: UUID | None
    deal_name: str
    company: str
    owner: int | None
    owner_name: str
    role: str
    due_at: datetime


class _Place(NamedTuple):
    """The deal that a subject is about, and the company's name."""

    deal: Deal | None
    company: str


_Subject = tuple[str, int]


def missing_inputs(as_of: datetime) -> list[MissingRow]:
    """What was due before the instant and is open, deal by deal, the longest due first; of at most
    ``MOST`` obligations. Deals that wait for an exception are left out: only some may see them.
    """
    overdue = Obligation.objects.filter(
        state=OPEN, due_at__lt=as_of, subject_kind__in=ABOUT_DEALS
    ).order_by("due_at", "pk")
    owed: dict[tuple[_Subject, str], list[Obligation]] = defaultdict(list)
    for row in overdue[:MOST]:
        owed[(row.subject_kind, row.subject_id), row.rule_id].append(row)
    if not owed:
        return []
    book = input_book()
    places = _places([subject for subject, _ in owed])
    lacking = _lacking(owed, book, as_of)
    owners = {rows[0].owner_id for rows in owed.values()} - {None}
    names: dict[int | None, str] = dict(bulk.lookup(User, "id", owners, ("id", "name")))
    found = [
        _row(rows, places[subject], lacking, names, book)
        for (subject, _), rows in owed.items()
        if subject in places
    ]
    first = {row.deal: row.due_at for row in reversed(found)}
    return sorted(found, key=lambda row: (first[row.deal], row.deal or 0, row.due_at))


def _row(
    rows: Sequence[Obligation],
    place: _Place,
    lacking: Mapping[int, tuple[str, ...]],
    names: Mapping[int | None, str],
    book: InputBook,
) -> MissingRow:
    first = rows[0]
    return MissingRow(
        obligations=tuple(row.pk for row in rows),
        uid=first.uid,
        rule_id=first.rule_id,
        rule=book.labels.get(first.rule_id, first.rule_id),
        fields=lacking.get(first.pk, ()),
        deal=place.deal.pk if place.deal else None,
        deal_uid=place.deal.uid if place.deal else None,
        deal_name=str(place.deal) if place.deal else "",
        company=place.company,
        owner=first.owner_id,
        owner_name=names.get(first.owner_id, ""),
        role=first.role,
        due_at=first.due_at,
    )


def _places(subjects: Sequence[_Subject]) -> Mapping[_Subject, _Place]:
    """The deal and the company that each subject is about; what is out of sight is left out."""
    deals = Deal.objects.filter(pk__in=_ids(subjects, "deal")).select_related("company__root")
    activities = Activity.objects.filter(pk__in=_ids(subjects, "activity")).select_related(
        "deal__company__root", "company__root"
    )
    found: dict[_Subject, _Place] = {}
    for deal in deals:
        found["deal", deal.pk] = _Place(deal, _company(deal))
    for activity in activities:
        company = _company(activity.deal) or _company(activity)
        found["activity", activity.pk] = _Place(activity.deal, company)
    return {
        subject: place
        for subject, place in found.items()
        if place.deal is None or not place.deal.is_pending
    }


def _company(row: Deal | Activity | None) -> str:
    return row.company.root.name if row is not None and row.company is not None else ""


def _ids(subjects: Sequence[_Subject], kind: str) -> list[int]:
    return sorted({pk for each, pk in subjects if each == kind})


def _lacking(
    owed: Mapping[tuple[_Subject, str], Sequence[Obligation]], book: InputBook, as_of: datetime
) -> Mapping[int, tuple[str, ...]]:
    """For the first obligation of each row the fields that have no answer."""
    firsts: dict[_Subject, list[Obligation]] = defaultdict(list)
    for (subject, _), rows in owed.items():
        firsts[subject].append(rows[0])
    found = {}
    for kind in ABOUT_DEALS:
        for known in SUBJECT_KINDS[kind].subjects(_ids(list(firsts), kind), book):
            mine = firsts[kind, known.id]
            wanted = {(row.rule_id, row.occurrence) for row in mine}
            asked = asked_of(known, book.rules, book.staff, as_of, wanted)
            for row in mine:
                told = asked.get((row.rule_id, row.occurrence), ())
                found[row.pk] = tuple(one.field.name for one in told if one.defect)
    return found
