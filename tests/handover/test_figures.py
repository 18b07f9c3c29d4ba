"""The figures of handovers, worked out by hand; the same example stands on their page."""

from __future__ import annotations

import pytest
from tests.contracts.source import page
from tests.handover.handing import activate, handed, local, mql, on, rep, work

from teichaku.core.facts import FactsContext
from teichaku.deals.activities import Entry, activity_record
from teichaku.engine.checklist.facts import Share
from teichaku.handover.book import handover_book
from teichaku.handover.facts import feedback_facts, handover_facts
from teichaku.handover.figures import handover_figures
from teichaku.handover.models import Handover
from teichaku.handover.replies import reply_add, verdict_set
from teichaku.handover.services import handover_accept, handover_disqualify, handover_return

pytestmark = pytest.mark.django_db
RULES = """\
  to: [{team: field_sales, by: capacity}]
  deadlines: {accept: 8bh, first_touch: 1bd}
  reply: {by: marketing_manager, within: 5bd}
"""


@pytest.fixture
def suzuki():
    """Five MQLs of Wednesday, 18 November, ten o'clock, and what became of them."""
    actor = rep("鈴木 一郎")
    activate("2026-11-02 09:00", RULES)
    rows = [handed(mql("2026-11-18 10:00", f"リード{number}")) for number in range(1, 6)]
    with on("2026-11-18 11:00"):
        accepted = handover_accept(handover=rows[0], actor=actor)
        call(actor, rows[0], "2026-11-18 11:00")
        verdict_set(handover=accepted, good=True, actor=actor)
    with on("2026-11-19 11:00"):
        late = handover_accept(handover=rows[1], actor=actor)
        call(actor, rows[1], "2026-11-19 11:00")
        handover_disqualify(handover=late, reason="no_need", actor=actor)
    with on("2026-11-18 14:00"):
        returned = handover_return(handover=rows[2], reason="not_target", actor=actor)
        handover_return(handover=rows[3], reason="contact_wrong", actor=actor)
    with on("2026-11-20 14:00"):
        reply_add(returned=returned, adopted=True, text="業種を見直す", actor=actor)
    work("2026-11-20 14:00")
    return actor


def call(actor, row: Handover, at: str) -> None:
    activity_record(entry=Entry(kind="call", at=local(at)), actor=actor, lead=row.lead)


def test_the_figures_are_those_of_the_page(suzuki):
    with on("2026-11-24 10:00"):
        day = handover_book().today().replace(day=18)
        found = handover_figures(day, day)
    shown = {
        "accepted": "accepted 2 of 4", "returned": "returned 2 of 4",
        "definitional": "definitional 1 of 4", "decided": "decided 3 of 5",
        "touched": "touched 1 of 3",
    }  # fmt: skip
    text = page("algorithms/handovers.md")
    for name, line in shown.items():
        share = getattr(found, name)
        assert f"{name} {share.part} of {share.whole}" == line
        assert line in text
    assert (found.handovers, found.unowned, found.recycled) == (5, 0, 1)
    assert found.hours == 5.0  # one business hour, and nine
    assert "median 5" in text
    assert found.system_minutes == 0.0


def test_the_checklist_hears_of_handovers_and_feedback(suzuki):
    with on("2026-11-27 10:00"):
        context = FactsContext(local("2026-11-27 10:00"), handover_book().zone)
        handovers, feedback = handover_facts(context), feedback_facts(context)
    assert (handovers.accepted, handovers.definitional) == (Share(2, 4), Share(1, 4))
    assert (handovers.decided, handovers.touched) == (Share(3, 5), Share(1, 3))
    assert handovers.unowned == 0
    # late: 2 decided and touched after all, 5 neither
    assert handovers.breaches == Share(2, 4)
    # 1 and 2 judged, 3 and 4 returned, 5 silent for five business days
    assert feedback.verdicts == Share(4, 5)
    assert feedback.other == Share(0, 3)
    # one answered in two days; the other has waited for more than seven
    assert feedback.replied == Share(1, 2)


def test_without_handovers_nothing_is_known():
    activate("2026-11-02 09:00", RULES)
    with on("2026-11-27 10:00"):
        context = FactsContext(local("2026-11-27 10:00"), handover_book().zone)
        assert handover_facts(context).accepted is None
        assert feedback_facts(context).verdicts is None
