"""Which leads a list is about and in which order, so that every page starts inside an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform

from teichaku.core import clock
from teichaku.core.paging import Place, first_of, parts_after
from teichaku.leads.attributes import AttributeReader
from teichaku.leads.models import AttributeDefinition, Company, Lead
from teichaku.leads.search_text import leads_found, leads_matching
from teichaku.scoring.models import Membership, Qualification, Score
from teichaku.tracking.models import Event, LastEvent

COUNTED = 1_000  # beyond that a list only says "more than"
NOBODY = "none"
Sorting = Literal["total", "active", "kana", "created"]
Found = tuple[Lead, Score | None]
Condition = tuple[str, Any]  # as Django spells a lookup and its value
Beside = tuple[QuerySet[Any], str]  # rows that must exist, and their column that names the lead


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads are wanted: all conditions that are filled hold; and their order."""

    text: str = ""
    grade: str = ""
    mql_only: bool = False
    owner: str = ""  # a person's uid, or NOBODY
    source: str = ""
    stage: str = ""
    campaign: str = ""
    company: UUID | None = None
    segment: UUID | None = None
    least: float | None = None
    most: float | None = None
    active_days: int | None = None
    attribute: str = ""
    value: str = ""
    sort: Sorting = "total"


def qualifications_standing() -> QuerySet[Qualification]:
    """The qualifications that hold: neither superseded nor withdrawn."""
    return Qualification.objects.filter(withdrawn=False, superseded_by=None)


@dataclass(frozen=True, slots=True)
class LeadPlace:
    """A lead after which a page starts, with what the lists are ordered by."""

    lead: int
    kana: str
    created_at: datetime | None
    total: float | None
    active_at: datetime | None


def place_of(uid: UUID | None) -> LeadPlace | None:
    """The place of the lead; None starts from the top."""
    if uid is None:
        return None
    total = Score.objects.filter(pk=OuterRef("pk")).values("total")
    active = LastEvent.objects.filter(pk=OuterRef("pk")).values("at")
    row = (
        Lead.objects.filter(uid=uid)
        .values_list("pk", "kana", "created_at", Subquery(total), Subquery(active))
        .first()
    )
    return LeadPlace(*row) if row else None


class Matches:
    """The leads that a filter lets through, in the order of the list."""

    def __init__(self, wanted: LeadFilter) -> None:
        self._wanted = wanted
        self._only_scored = bool(
            wanted.grade or wanted.least is not None or wanted.most is not None
        )
        self._surely_many = False
        conditions = _lead_conditions(wanted)
        own, exists = self._narrowed(conditions)
        scores = _score_conditions(wanted)
        at_lead = Q(*((f"lead__{name}", value) for name, value in own))
        scored = Score.objects.filter(at_lead, scores, **_same("lead__root", "lead"))
        acted = LastEvent.objects.filter(at_lead, **_same("lead__root", "lead"))
        leads = Lead.objects.filter(Q(*own), kind=Lead.Kind.KNOWN, **_same("root", "pk"))
        for condition, outer in exists:
            at_root = Exists(condition.filter(**{outer: OuterRef("lead")}))
            scored, acted = scored.filter(at_root), acted.filter(at_root)
            leads = leads.filter(Exists(condition.filter(**{outer: OuterRef("pk")})))
        has_score = Exists(Score.objects.filter(scores, pk=OuterRef("pk")))
        self._scored = scored.select_related("lead__company__root", "lead__owner")
        self._leads = leads.select_related("company__root", "owner")
        self._acted = acted.select_related("lead__company__root", "lead__owner")
        if self._only_scored:
            self._leads = self._leads.filter(has_score)
            self._acted = self._acted.filter(has_score)
        self._unscored = self._leads.filter(~Exists(Score.objects.filter(pk=OuterRef("pk"))))

    def _narrowed(self, conditions: list[Condition]) -> tuple[list[Condition], list[Beside]]:
        """Conditions on leads themselves, and on rows that must exist beside them.

        Where few leads are meant they are named one by one, so that no later question searches
        again; many are met so often on the way down the list that looking while reading is
        quicker.
        """
        wanted = self._wanted
        exists: list[Beside] = []
        few: list[int] | None = None
        if wanted.text:
            few, many = leads_found(wanted.text, COUNTED)
            if many:
                few = None
                self._surely_many = wanted == LeadFilter(text=wanted.text, sort=wanted.sort)
                exists.append((leads_matching(wanted.text), "pk"))
        own = _with_attribute(wanted)
        if conditions or own is not None:
            rows = Lead.objects if own is None else own
            rows = rows.filter(Q(*conditions), root=F("pk"), kind=Lead.Kind.KNOWN)
            rows = rows.filter(pk__in=few) if few is not None else rows
            named = list(rows.values_list("pk", flat=True)[: COUNTED + 1])
            few = named if len(named) <= COUNTED else few
        if wanted.segment:
            members = Membership.objects.filter(segment__uid=wanted.segment, inside=True)
            if few is None:
                named = list(members.values_list("lead_id", flat=True)[: COUNTED + 1])
                few = named if len(named) <= COUNTED else None
            exists.append((members, "lead"))
        if few is not None:
            conditions = [*conditions, ("pk__in", few)]
        elif own is not None:
            exists.append((own, "pk"))
        if few is None and conditions and connection.vendor == "sqlite":
            # Many meet them; as part of the question SQLite would begin with their index and sort.
            exists.append((Lead.objects.filter(Q(*conditions)), "pk"))
            conditions = []
        return conditions, [*exists, *_deeds(wanted)]

    def first(self, count: int) -> list[Found]:
        """The first ones of the list."""
        return self.after(None, count)

    def after(self, last: LeadPlace | None, count: int) -> list[Found]:
        """At most so many that follow the place."""
        rows = first_of(self._parts(last), count)
        found: list[Found] = [
            (row, None) if isinstance(row, Lead) else (row.lead, row) for row in rows
        ]
        if self._wanted.sort != "total":
            scores = Score.objects.in_bulk([lead.pk for lead, _score in found])
            found = [(lead, scores.get(lead.pk)) for lead, _score in found]
        return found

    def _parts(self, last: LeadPlace | None) -> Iterator[QuerySet[Any]]:
        """What follows the place, in parts that each start in the middle of an index."""
        if self._wanted.sort == "kana":
            return parts_after(
                Place(last.kana or None, last.lead) if last else None,
                self._leads.filter(kana__gt=""),
                "kana",
                lacking=self._leads.filter(kana=""),
            )
        if self._wanted.sort == "active":
            return parts_after(
                Place(last.active_at, last.lead) if last else None,
                self._acted,
                "at",
                down=True,
                lacking=self._leads.filter(~Exists(LastEvent.objects.filter(pk=OuterRef("pk")))),
            )
        if self._wanted.sort == "created":
            return parts_after(
                Place(last.created_at, last.lead) if last else None,
                self._leads.filter(created_at__isnull=False),
                "created_at",
                down=True,
                newest_first=True,
                lacking=self._leads.filter(created_at=None),
            )
        return parts_after(
            Place(last.total, last.lead) if last else None,
            self._scored,
            "total",
            down=True,
            lacking=None if self._only_scored else self._unscored,
        )

    def count(self) -> int:
        """How many there are; just above ``COUNTED`` stands for any number beyond."""
        if self._surely_many:
            return COUNTED + 1
        if self._wanted.sort != "total":
            return self._leads.order_by()[: COUNTED + 1].count()
        count = self._scored.order_by()[: COUNTED + 1].count()
        if count <= COUNTED and not self._only_scored:
            count += self._unscored.order_by()[: COUNTED + 1 - count].count()
        return count

    def ids(self, most: int) -> list[int]:
        """The first ones' ids, for a file."""
        return [lead.pk for lead, _score in self.first(most)]


def _same(one: str, other: str) -> dict[str, F]:
    """That two columns are the same.

    Of an equation PostgreSQL believes that one row in 200 fulfils it, and so few it would rather
    sort than read in order; nearly all rows do. There it is said as two inequalities, which SQLite
    for its part would take for a range of an index.
    """
    if connection.vendor == "postgresql":
        return {f"{one}__gte": F(other), f"{one}__lte": F(other)}
    return {one: F(other)}


def _deeds(wanted: LeadFilter) -> Iterator[Beside]:
    """What the lead must have done, on rows beside it."""
    if wanted.mql_only:
        yield qualifications_standing(), "lead__root"
    if wanted.active_days:
        since = clock.now() - timedelta(days=wanted.active_days)
        acts = Event.objects.filter(origin=Event.Origin.HUMAN, retracted_at=None, at__gte=since)
        yield acts, "lead__root"


def _lead_conditions(wanted: LeadFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.owner == NOBODY:
        conditions.append(("owner", None))
    elif wanted.owner:
        conditions.append(("owner__uid", wanted.owner))
    texts = {"source": wanted.source, "stage": wanted.stage, "campaign": wanted.campaign}
    conditions.extend((name, text) for name, text in texts.items() if text)
    if wanted.company:
        members = Company.objects.filter(root__uid=wanted.company)
        conditions.append(("company__in", list(members.values_list("pk", flat=True))))
    return conditions


def _with_attribute(wanted: LeadFilter) -> QuerySet[Lead] | None:
    """The leads with the value in one of the company's own fields, if one is asked for."""
    if not (wanted.attribute and wanted.value):
        return None
    known = AttributeDefinition.objects.filter(object="lead", name=wanted.attribute).first()
    if known is None:
        return Lead.objects.none()
    value = AttributeReader({known.name: known.type}).value(known.name, wanted.value)
    return Lead.objects.alias(own=KeyTransform(known.name, "attributes")).filter(own=value)


def _score_conditions(wanted: LeadFilter) -> Q:
    condition = Q()
    if wanted.grade:
        condition &= Q(grade__startswith=wanted.grade)
    if wanted.least is not None:
        condition &= Q(total__gte=wanted.least)
    if wanted.most is not None:
        condition &= Q(total__lte=wanted.most)
    return condition
