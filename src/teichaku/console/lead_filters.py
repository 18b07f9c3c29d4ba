"""Which leads a list is about and in which order, so that every page starts inside an index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform

from teichaku.core import clock
from teichaku.leads.attributes import AttributeReader
from teichaku.leads.models import AttributeDefinition, Company, Lead
from teichaku.leads.search_text import leads_found, leads_matching
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.models import Event

COUNTED = 1_000  # beyond that a list only says "more than"
NOBODY = "none"
Sorting = Literal["total", "kana", "created"]
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
class Place:
    """A lead after which a page starts, with what the lists are ordered by."""

    lead: int
    kana: str
    created_at: datetime | None
    total: float | None


def place_of(uid: UUID | None) -> Place | None:
    """The place of the lead; None starts from the top."""
    if uid is None:
        return None
    total = Score.objects.filter(pk=OuterRef("pk")).values("total")
    row = (
        Lead.objects.filter(uid=uid)
        .values_list("pk", "kana", "created_at", Subquery(total))
        .first()
    )
    return Place(*row) if row else None


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
        scored = Score.objects.filter(at_lead, scores, lead__root=F("lead"))
        leads = Lead.objects.filter(Q(*own), root=F("pk"))
        for condition, outer in exists:
            scored = scored.filter(Exists(condition.filter(**{outer: OuterRef("lead")})))
            leads = leads.filter(Exists(condition.filter(**{outer: OuterRef("pk")})))
        has_score = Exists(Score.objects.filter(scores, pk=OuterRef("pk")))
        self._scored = scored.select_related("lead__company__root", "lead__owner").order_by(
            "-total", "lead"
        )
        self._leads = leads.select_related("company__root", "owner")
        if self._only_scored:
            self._leads = self._leads.filter(has_score)
        self._unscored = self._leads.filter(
            ~Exists(Score.objects.filter(pk=OuterRef("pk")))
        ).order_by("pk")

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
            rows = rows.filter(Q(*conditions), root=F("pk"))
            rows = rows.filter(pk__in=few) if few is not None else rows
            named = list(rows.values_list("pk", flat=True)[: COUNTED + 1])
            few = named if len(named) <= COUNTED else few
        if few is not None:
            conditions = [*conditions, ("pk__in", few)]
        elif own is not None:
            exists.append((own, "pk"))
        if wanted.mql_only:
            exists.append((qualifications_standing(), "lead__root"))
        if wanted.active_days:
            since = clock.now() - timedelta(days=wanted.active_days)
            acts = Event.objects.filter(origin=Event.Origin.HUMAN, retracted_at=None, at__gte=since)
            exists.append((acts, "lead__root"))
        return conditions, exists

    def first(self, count: int) -> list[Found]:
        """The first ones of the list."""
        return self.after(None, count)

    def after(self, last: Place | None, count: int) -> list[Found]:
        """At most so many that follow the place."""
        found: list[Found] = []
        for part in self._parts(last):
            rows = part[: count - len(found)]
            found += [(row.lead, row) if isinstance(row, Score) else (row, None) for row in rows]
            if len(found) >= count:
                break
        if self._wanted.sort != "total":
            scores = Score.objects.in_bulk([lead.pk for lead, _score in found])
            found = [(lead, scores.get(lead.pk)) for lead, _score in found]
        return found

    def _parts(self, last: Place | None) -> Iterator[QuerySet[Score] | QuerySet[Lead]]:
        """What follows the place, in parts that each start in the middle of an index."""
        if self._wanted.sort == "kana":
            yield from self._by_kana(last)
        elif self._wanted.sort == "created":
            yield from self._by_created(last)
        else:
            yield from self._by_total(last)

    def _by_total(self, last: Place | None) -> Iterator[QuerySet[Score] | QuerySet[Lead]]:
        unscored = self._unscored
        if last is None:
            yield self._scored
        elif last.total is not None:
            yield self._scored.filter(total=last.total, lead__gt=last.lead)
            yield self._scored.filter(total__lt=last.total)
        else:
            unscored = unscored.filter(pk__gt=last.lead)
        if not self._only_scored:
            yield unscored

    def _by_kana(self, last: Place | None) -> Iterator[QuerySet[Lead]]:
        read = self._leads.filter(kana__gt="").order_by("kana", "pk")
        unread = self._leads.filter(kana="").order_by("pk")
        if last is None:
            yield read
        elif last.kana:
            yield read.filter(kana=last.kana, pk__gt=last.lead)
            yield read.filter(kana__gt=last.kana)
        else:
            unread = unread.filter(pk__gt=last.lead)
        yield unread

    def _by_created(self, last: Place | None) -> Iterator[QuerySet[Lead]]:
        dated = self._leads.filter(created_at__isnull=False).order_by("-created_at", "-pk")
        undated = self._leads.filter(created_at=None).order_by("-pk")
        if last is None:
            yield dated
        elif last.created_at is not None:
            yield dated.filter(created_at=last.created_at, pk__lt=last.lead)
            yield dated.filter(created_at__lt=last.created_at)
        else:
            undated = undated.filter(pk__lt=last.lead)
        yield undated

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
