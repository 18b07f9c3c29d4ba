"""Whatever is merged and undone: all is as if what was undone had never been merged.

Each case is made of people, what they do, edits, merges, undone merges and runs of scoring, in any
order. It is played once as it is, and once without the merges that do not stand at its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.importing import ACTOR, import_rows
from tests.scoring.company import activate, by_oracle, instant, local, on, refresh, stored

from teichaku.engine.rulebook.model import Rulebook
from teichaku.leads.lead_writes import lead_update
from teichaku.leads.models import Lead, LeadIdentity, MergeEntry
from teichaku.leads.services import lead_merge, lead_unmerge
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.models import Event
from teichaku.tracking.services import EventRow, Shape, events_write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bases")]

NAMES = "abcde"
START, END = "2026-06-01 00:00", "2026-07-20 00:00"
# Fields that score (title) are filled and chosen by merges; those that people edit do not score.
FIELDS = ("name", "phone", "title", "department", "attribute.席")
EDITED = ("name", "phone", "department")
PEOPLE = [
    {"external_id": "a", "name": "山田"},
    {"external_id": "b", "name": "山田太郎", "phone": "0311111111", "title": "部長"},
    {"external_id": "c", "phone": "0322222222", "department": "営業", "attribute.席": "5"},
    {"external_id": "d", "name": "ヤマダ", "title": "開発部長", "attribute.席": "30"},
    {"external_id": "e"},
]  # fmt: skip
LEADS = st.sampled_from(NAMES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), LEADS, st.integers(0, 50), st.booleans()),
        st.tuples(st.just("edit"), LEADS, st.sampled_from(EDITED)),
        st.tuples(st.just("merge"), LEADS, LEADS, st.sets(st.sampled_from(FIELDS))),
        st.tuples(st.just("merge"), LEADS, LEADS, st.sets(st.sampled_from(FIELDS))),
        st.tuples(st.just("undo"), st.integers(0, 9)),
        st.tuples(st.just("refresh")),
    ),
    min_size=4,
    max_size=22,
)


@dataclass
class Play:
    """A case being played: the leads by name, and the merges in their order."""

    leads: dict[str, int]
    rulebook: Rulebook
    merges: list[tuple[int, MergeEntry]] = field(default_factory=list)
    done: list[tuple[int, tuple]] = field(default_factory=list)  # as it can be played again

    @classmethod
    def begun(cls) -> Play:
        with on(START):
            import_rows("leads", PEOPLE)
        leads = dict(LeadIdentity.objects.values_list("external_id", "lead_id"))
        return cls(leads, activate(START))

    def root(self, name: str) -> str:
        root = Lead.objects.values_list("root_id", flat=True).get(pk=self.leads[name])
        return next(name for name, lead in self.leads.items() if lead == root)

    def step(self, number: int, step: tuple) -> None:
        """Nothing; the step was made, on the people whom it meant at the time."""
        at = local(START) + timedelta(hours=12 * number + 1)
        match step:
            case ("event", name, earlier, is_form):
                self.event(number, name, at - timedelta(hours=earlier), is_form)
            case ("edit", name, fieldname):
                name = self.root(name)
                value = f"03{number:08}" if fieldname == "phone" else f"{fieldname} {number}"
                lead = Lead.objects.get(pk=self.leads[name])
                lead_update(lead=lead, values={fieldname: value}, actor=ACTOR, source="manual")
                step = ("edit", name, fieldname)
            case ("merge", kept, merged, taken):
                kept, merged = self.root(kept), self.root(merged)
                if kept == merged:
                    return
                self.merge(number, kept, merged, taken)
                step = ("merge", kept, merged, taken)
            case ("undo", place):
                standing = [each for each in self.merges if each[1].undone_at is None]
                if not standing:
                    return
                _number, entry = standing[place % len(standing)]
                entry.refresh_from_db()
                lead_unmerge(entry=entry, actor=ACTOR)
                entry.refresh_from_db()
                return
            case ("refresh",):
                refresh(f"{at:%Y-%m-%d %H:%M}", only_changed=True)
        self.done.append((number, step))

    def event(self, number: int, name: str, at, is_form: bool) -> None:
        path = "" if is_form else "/service/a"
        shape = Shape("form_submit" if is_form else "page_view", path)
        row = EventRow(self.leads[name], shape, at, "test", str(number), at)
        events_write(rows=[row], actor=ACTOR)

    def merge(self, number: int, kept: str, merged: str, taken: set[str]) -> None:
        rows = Lead.objects.in_bulk([self.leads[kept], self.leads[merged]])
        two = rows[self.leads[kept]], rows[self.leads[merged]]
        chosen = {name: two[name in taken].pk for name in FIELDS}
        entry = lead_merge(kept=two[0], merged=two[1], actor=ACTOR, chosen=chosen)
        self.merges.append((number, entry))

    def as_defined(self) -> None:
        """Fails where a score is not what the definition says; rising is as of the last change."""
        expected = {
            lead: (s.behaviour, s.fit, s.total, s.grade, instant(s.next_at))
            for lead, s in by_oracle(self.rulebook, END).items()
        }
        assert stored(rising=False) == expected

    def told(self) -> dict[str, object]:
        """What there is at the end, by names: roots, fields, histories, scores, MQLs."""
        refresh(END, only_changed=True)
        self.as_defined()
        names = {lead: name for name, lead in self.leads.items()}
        of = {lead: names[root] for lead, root in Lead.objects.values_list("pk", "root_id")}
        columns = ("email_key", "name", "phone", "title", "department", "stage", "attributes")
        standing = Qualification.objects.filter(superseded_by=None, withdrawn=False)
        return {
            "roots": {names[lead]: root for lead, root in of.items()},
            "fields": {names[pk]: row for pk, *row in Lead.objects.values_list("pk", *columns)},
            "events": sorted(
                (of[lead], name)
                for lead, name in Event.objects.values_list("lead_id", "external_id")
            ),
            "scores": {
                names[lead]: row
                for lead, *row in Score.objects.values_list(
                    "lead_id", "behaviour", "fit", "total", "grade", "next_at"
                )
            },
            "qualified": sorted((of[q.lead_id], q.at) for q in standing),
        }


def played(steps, *, only: set[int] | None = None):
    """What there is after these steps; with ``only`` the merges of other steps are left out."""
    play = Play.begun()
    for number, step in steps:
        if only is not None and step[0] == "merge" and number not in only:
            continue
        with on(f"{local(START) + timedelta(hours=12 * number + 1):%Y-%m-%d %H:%M}"):
            play.step(number, step)
    return play, play.told()


@settings(max_examples=settings.default.max_examples // 8)
@given(steps=STEPS)
def test_any_sequence_ends_as_if_undone_merges_had_not_been(steps) -> None:
    with transaction.atomic():
        play, found = played(list(enumerate(steps)))
        standing = {number for number, entry in play.merges if entry.undone_at is None}
        transaction.set_rollback(True)
    with transaction.atomic():
        _play, expected = played(play.done, only=standing)
        transaction.set_rollback(True)
    assert found == expected


def test_a_title_that_went_takes_the_mql_along_that_stood_on_it(bases) -> None:
    """b has the title and no event, so that nothing but the merge changes what a's events mean."""
    views = [("event", "a", 0, False), ("event", "a", 0, False)]
    steps = [*views, ("refresh",), ("merge", "a", "b", set()), ("refresh",)]
    with transaction.atomic():
        play, merged = played(list(enumerate(steps)))
        assert merged["qualified"] == [("a", local("2026-06-01 13:00"))]
        [(_number, entry)] = play.merges
        with on("2026-07-21 00:00"):
            lead_unmerge(entry=entry, actor=ACTOR)
            refresh("2026-07-21 00:00", only_changed=True)
        assert not Qualification.objects.filter(superseded_by=None, withdrawn=False).exists()
        assert Qualification.objects.filter(withdrawn=True).count() == 1, "superseded, not edited"
        transaction.set_rollback(True)
