"""Row 11: MQLs handed over in one go, counted in statements for each lead, twice the same."""

from __future__ import annotations

from benchmarks.databases import fresh_files, imported
from benchmarks.figures import Figure, say

LIMIT = 0.1  # statements for each lead
PEOPLE = 12
RULEBOOK = """\
rulebook: 1
title: handovers
timezone: Asia/Tokyo
scoring: {fit: {rules: [{id: F-1, when: {none: [{attribute: nobody, is: true}]}, points: 1}]}}
mql: {when: {score: total, at_least: 1}}
handover:
  to:
    - {when: {attribute: company.is_customer, is: true}, by: owner_of_company}
    - {team: field_sales, by: capacity}
  capacity: {per_week: 40}
  deadlines: {accept: 8bh, first_touch: 1bd}
  hot: {when: {count: {event: form_submit}, at_least: 1, within: 7d}, deadlines: {accept: 1bh}}
"""


def row_11(kind: str, *, quick: bool) -> list[Figure]:
    """A thousand MQLs among twelve people."""
    leads, events = (100, 1_000) if quick else (1_000, 10_000)
    with fresh_files(leads, events) as files:
        for entity in ("companies", "leads", "events"):
            imported(entity, files[entity])
    sales_team()
    _rulebook()
    counts, answers = zip(*(_assigned() for _ in range(2)), strict=True)
    if answers[0] != answers[1]:
        raise AssertionError("the same MQLs were given to other people the second time")
    say(f"{len(answers[0]):,} handovers in {counts[0]} statements")
    each = counts[0] / len(answers[0])
    name = f"11 handover assignment of {len(answers[0]):,} leads, {kind}"
    return [Figure(name, each, "statements/lead", "at most", LIMIT)]


def sales_team() -> None:
    """Nothing; twelve people sell."""
    from teichaku.accounts.models import Role
    from teichaku.accounts.person_writes import teams_set
    from teichaku.accounts.services import role_grant, user_create
    from teichaku.core.actors import SYSTEM

    for number in range(PEOPLE):
        user = user_create(name=f"Rep {number}", actor=SYSTEM)
        role_grant(user=user, role=Role.SALES_REP, actor=SYSTEM)
        teams_set(user=user, teams=["field_sales"], actor=SYSTEM)


def _rulebook() -> None:
    from teichaku.core.actors import SYSTEM
    from teichaku.engine.rulebook.load import load
    from teichaku.rulebook.services import revision_activate, revision_save
    from teichaku.scoring.services import scores_refresh

    revision = revision_save(rulebook=load(RULEBOOK), document=RULEBOOK, actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM)
    scores_refresh(actor=SYSTEM)


def _assigned() -> tuple[int, dict[int, int]]:
    """How many statements it took, and whose each lead is; nothing of it is kept."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from teichaku.handover.incoming import held_at_start
    from teichaku.handover.models import Handover
    from teichaku.handover.release import handovers_release

    with transaction.atomic():
        with CaptureQueriesContext(connection) as statements:
            handovers_release(ready=held_at_start(1_000))
        answer = dict(Handover.objects.values_list("lead", "owner"))
        transaction.set_rollback(True)
    return len(statements), answer
