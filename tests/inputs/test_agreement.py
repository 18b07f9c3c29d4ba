"""Following every write, and one look at the end of everything: the same is owed."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import ClassVar

from hypothesis import given
from hypothesis import settings as generation
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.deals.pipeline import company
from tests.inputs.team import MEETINGS, WEEKLY, Role, activate, local, person, user_of
from tests.intake.importing import ACTOR, import_rows

from teichaku.accounts.person_writes import absence_add
from teichaku.core import clock
from teichaku.core.jobs import run_one
from teichaku.core.registry import job_handlers
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.deal_writes import (
    Closing,
    deal_close,
    deal_create,
    deal_stage_move,
    deal_update,
)
from teichaku.deals.models import Deal
from teichaku.inputs.models import LATE, ON_TIME, OPEN, VOID, Obligation
from teichaku.inputs.passes import obligations_pass

START = local("2026-11-02T08:00")
KINDS = [kind for kind in job_handlers if kind.startswith("inputs.")]
STEPS = st.tuples(
    st.integers(1, 60),  # hours since the last one
    st.sampled_from(["meet", "meet", "file", "create", "create", "plan", "plan", "close", "reopen",
                     "hand over", "away", "rules"]),
    st.integers(0, 30),
    st.sampled_from(["", "なし", "訪問", "訪問", "訪問"]),
)  # fmt: skip


class Company:
    """What a small team does, one step after the other."""

    def __init__(self) -> None:
        self.people = [person(name, Role.SALES_REP) for name in ("佐藤", "鈴木")]
        self.people.append(person("森", Role.SALES_MANAGER))
        self.deals: list[Deal] = []
        self.files: list[dict[str, str]] = []
        self.company = company()
        self.books = 0

    def do(self, what: str, number: int, text: str) -> None:
        actor = self.people[number % 3]
        today = clock.now().astimezone(START.tzinfo).date()
        deal = self.deals[number % len(self.deals)] if self.deals else None
        day = today + timedelta(days=number - 5)
        match what:
            case "meet":
                at = clock.now() - timedelta(hours=number)
                entry = Entry("meeting", at, outcome="前進" if number % 2 else "", next_action=text)
                activity_record(entry=entry, actor=actor, company=self.company)
            case "file":
                self._file(number, text)
            case "create":
                values = {"name": "商談", "next_action": text, "next_action_on": day}
                self.deals.append(deal_create(values=values, actor=actor))
            case "away":
                user = user_of(actor)
                first = today + timedelta(days=1 + number)
                if not user.absences.filter(ends_on__gte=first).exists():
                    absence_add(user=user, starts_on=first, ends_on=first + timedelta(2),
                                actor=ACTOR)  # fmt: skip
            case "rules":
                self.books += 1
                longer = WEEKLY + MEETINGS.replace("1bd", f"{1 + number % 4}bd")
                told = [longer, WEEKLY, longer.replace("next_action]", "note]")][number % 3]
                activate(
                    clock.now().astimezone(START.tzinfo).replace(tzinfo=None).isoformat(), told
                )
            case _ if deal is not None:
                self._change(deal, what, day, text, number)

    def _file(self, number: int, text: str) -> None:
        """A line of a file that lacks its outcome, and once more with it."""
        if number % 2 and self.files:
            row = self.files[number % len(self.files)]
            row |= {"outcome": "変化なし", "next_action": text}
        else:
            row = {"external_id": f"f{len(self.files)}", "kind": "meeting", "owner": "鈴木",
                   "at": (clock.now() - timedelta(hours=1)).isoformat()}  # fmt: skip
            self.files.append(row)
        import_rows("activities", [row])

    def _change(self, deal: Deal, what: str, day: date, text: str, number: int) -> None:
        deal = Deal.objects.select_related("stage").get(pk=deal.pk)
        actor, is_open = self.people[number % 3], deal.stage.kind == "open"
        if what == "plan":
            values = {"next_action": text, "next_action_on": day}
            deal_update(deal=deal, values=values, actor=actor)
        elif what == "hand over":
            deal_update(deal=deal, values={"owner": actor.user_id}, actor=actor)
        elif what == "close" and is_open:
            deal_close(deal=deal, closing=Closing("lost", lost_reason="価格"), actor=actor)
        elif what == "reopen" and not is_open:
            deal_stage_move(deal=deal, stage="open", actor=actor)


def table() -> list[tuple[object, ...]]:
    """Everything that is owed. When something settled was due is left out: days of absence that
    were entered later would have moved it, had it still been open.
    """
    return sorted(
        (
            row.subject_kind, row.subject_id, row.rule_id, row.occurrence, row.state,
            str(row.owner_id), str(row.settled_at),
            *((row.due_at.isoformat(), row.rule_hash) if row.state == OPEN else ()),
        )
        for row in Obligation.objects.all()
    )  # fmt: skip


def work() -> None:
    while run_one("test", kinds=KINDS):
        pass


class AgreementTest(TestCase):
    """Each example begins with an empty company."""

    seen: ClassVar[Counter[object]] = Counter()

    @classmethod
    def tearDownClass(cls) -> None:
        """The examples were about something."""
        super().tearDownClass()
        assert min(cls.seen[state] for state in (OPEN, ON_TIME, LATE, VOID)) > 1, cls.seen

    @given(st.lists(STEPS, min_size=12, max_size=30))
    @generation(max_examples=24, deadline=None)
    def test_following_step_by_step_ends_like_one_look(self, steps) -> None:
        with clock.moved_to(START):
            team = Company()
            activate("2026-11-02T08:00", WEEKLY + MEETINGS)
        now: datetime = START
        for hours, what, number, text in steps:
            now += timedelta(hours=hours)
            with clock.moved_to(now):
                team.do(what, number, text)
                work()
        with clock.moved_to(now + timedelta(days=3)):
            obligations_pass()
            followed = table()
            again = obligations_pass()
            assert (again.made, again.changed, again.removed) == (0, 0, 0)
            Obligation.objects.all().delete()
            obligations_pass()
            assert table() == followed
            self.seen.update(row[4] for row in followed)
