"""A small company in the database: files in, a rulebook in force, scores and MQLs out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.engine import oracle
from tests.intake.importing import ACTOR, import_rows

from teichaku.core import clock
from teichaku.core.instants import micros
from teichaku.engine.facts import EventFact, LeadFacts, Scores, Value
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.leads.models import Lead, LeadIdentity, MergeEntry
from teichaku.leads.selectors import lead_labels
from teichaku.leads.services import lead_merge
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.scoring.models import Qualification, Score
from teichaku.scoring.services import Refresh, scores_refresh
from teichaku.tracking.models import Event

TOKYO = ZoneInfo("Asia/Tokyo")
BOOK = """\
rulebook: 1
title: 試験
timezone: Asia/Tokyo
scoring:
  behaviour:
    - group: web
      max: 60
      rules:
        - {id: S-1, when: {event: page_view, path: "/service/**"}, points: 10, expires: 30d}
        - {id: S-2, when: {event: page_view, path: /careers}, points: -15}
    - group: forms
      rules:
        - {id: S-3, when: {event: form_submit}, points: 40, cap: {times: 2, per: 7d}}
  fit:
    rules:
      - {id: F-1, when: {attribute: title, matches: "部長"}, points: 20}
      - {id: F-2, when: {attribute: company.employees, between: [50, 500]}, points: 10}
  grades: {fit: {A: 20, B: 0}, behaviour: {1: 40, 2: 0}}
mql:
  id: M-1
  when: {score: total, at_least: 40}
  requalify_after: 30d
"""


def local(text: str) -> datetime:
    """The instant of a wall clock reading in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@contextmanager
def on(text: str) -> Iterator[None]:
    """The present is this wall clock reading in Japan."""
    with clock.moved_to(local(text)):
        yield


def activate(at: str, document: str = BOOK, *, since: str | None = None) -> Rulebook:
    """The rulebook, put in force at an instant."""
    rulebook = load(document)
    with on(at):
        revision = revision_save(rulebook=rulebook, document=document, actor=ACTOR)
        revision_activate(
            revision=revision, actor=ACTOR, effective_from=local(since) if since else None
        )
    return rulebook


def refresh(at: str, **options: bool) -> Refresh:
    """A run of scoring at an instant."""
    with on(at):
        return scores_refresh(actor=ACTOR, **options)


def bring(at: str, entity: str, *rows: Mapping[str, str]) -> None:
    """Rows of a file that came in at an instant; none may be refused."""
    with on(at):
        assert import_rows(entity, rows).rejected == 0


def event(lead: str, at: str, type_: str = "form_submit", path: str = "") -> dict[str, str]:
    """An event's row; the same lead, time, type and path are the same event."""
    name = f"{lead}/{at}/{type_}/{path}"
    return {"external_id": name, "lead": lead, "at": local(at).isoformat(), "type": type_,
            "path": path}  # fmt: skip


def view(lead: str, at: str, path: str = "/service/a") -> dict[str, str]:
    return event(lead, at, "page_view", path)


def pk_of(name: str) -> int:
    return LeadIdentity.objects.get(external_id=name).lead_id


def merge(at: str, kept: str, merged: str) -> MergeEntry:
    with on(at):
        return lead_merge(
            kept=Lead.objects.get(pk=pk_of(kept)),
            merged=Lead.objects.get(pk=pk_of(merged)),
            actor=ACTOR,
        )


def told(instant: datetime) -> str:
    return instant.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")


def standing() -> list[tuple[str, str]]:
    """Lead and instant of every qualification that stands."""
    rows = Qualification.objects.filter(superseded_by=None, withdrawn=False)
    names = {i.lead_id: i.external_id for i in LeadIdentity.objects.all()}
    return sorted((names[q.lead_id], told(q.at)) for q in rows)


def totals() -> dict[str, float]:
    """The stored total of each lead."""
    rows = dict(Score.objects.values_list("lead_id", "total"))
    labels = lead_labels(rows)
    return {labels[lead]: total for lead, total in sorted(rows.items())}


def stored(*, rising: bool = True) -> dict[int, tuple[object, ...]]:
    """Everything stored about each lead's score except when it was computed."""
    names = ["behaviour", "fit", "total", "grade", "next_at", *(["rising"] if rising else [])]
    return {row[0]: row[1:] for row in Score.objects.values_list("lead_id", *names)}


def facts() -> dict[int, LeadFacts]:
    """Root leads as the rows of the tables tell of them."""
    found: dict[int, LeadFacts] = {}
    for root in Lead.objects.filter(root_id__isnull=False).select_related("company__root"):
        if root.pk != root.root_id:
            continue
        rows = Event.objects.filter(lead__root=root, origin="human", retracted_at=None)
        events = [
            EventFact(
                micros(e.at), e.signature.type, e.signature.path, e.signature.form,
                e.signature.asset, e.signature.campaign, e.signature.rank, e.source,
                e.external_id,
            )
            for e in rows.select_related("signature")
        ]  # fmt: skip
        group = Lead.objects.filter(root=root)
        known = [micros(lead.created_at) for lead in group if lead.created_at]
        created = min([*known, *(e.at for e in events)], default=None)
        if created is None:
            created = micros(min(lead.recorded_at for lead in group))
        found[root.pk] = LeadFacts(created, events, _attributes(root))
    return found


def _attributes(lead: Lead) -> dict[str, Value]:
    company = lead.company.root if lead.company else None
    values = {
        "title": lead.title,
        "company.employees": company.employees if company else None,
        "company.industry": company.industry if company else None,
        "company.is_competitor": company.is_competitor if company else None,
    }
    return {name: value for name, value in values.items() if value not in (None, "")}


def by_oracle(rulebook: Rulebook, at: str) -> dict[int, Scores]:
    """What the definition says of every lead at an instant."""
    as_of = micros(local(at))
    return {lead: oracle.score(rulebook, one, as_of) for lead, one in facts().items()}


def same_as_oracle(rulebook: Rulebook, at: str) -> None:
    """Fails where a stored score is not what the definition says."""
    expected = {
        lead: (s.behaviour, s.fit, s.total, s.grade, instant(s.next_at), s.rising)
        for lead, s in by_oracle(rulebook, at).items()
    }
    assert stored() == expected


def instant(at: int | None) -> datetime | None:
    return None if at is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)


def names(rows: Sequence[tuple[str, str]]) -> set[str]:
    return {name for name, _ in rows}
