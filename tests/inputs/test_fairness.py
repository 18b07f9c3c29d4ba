"""What makes entering fair: each rule with the tests that hold it, wherever they stand."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from tests.deals.pipeline import activate as gates_activate
from tests.deals.test_waivers import WISH
from tests.inputs.ladders import policy
from tests.inputs.team import MEETINGS, Role, activate, create, local, meet, on, person, user_of
from tests.inputs.test_rates import owe

from teichaku.accounts.reading import views_record
from teichaku.core.models import View
from teichaku.deals.models import Deal
from teichaku.engine.statistics import wilson
from teichaku.inputs.missing import missing_inputs
from teichaku.inputs.passes import obligations_pass
from teichaku.inputs.selectors import rates

pytestmark = pytest.mark.django_db

RULES = {
    "gaps from before a rule are nobody's task: a list of ten a day, in no rate": (
        "inputs.test_rate_pages.test_stock_is_ten_a_day_and_no_rate_counts_it",
        "inputs.test_following.test_old_gaps_are_ten_a_day_and_outside_of_what_is_owed",
    ),
    "a check that is new stops nothing, and says what it would have stopped": (
        "deals.test_gated_writes.test_in_shadow_it_is_created_and_recorded",
        "deals.test_gate_rates.test_shadow_says_what_would_have_been_stopped_last_week",
    ),
    "a deal older than its check, or of another tool, is recorded and never refused": (
        "deals.test_gated_writes.test_a_deal_older_than_the_gate_is_recorded_and_never_refused",
        "deals.test_gate_imports.test_deals_of_another_system_have_their_home_there",
    ),
    "a deal that waits for an exception is seen by two, and in no figure": (
        "deals.test_pages.test_nobody_else_sees_a_pending_deal",
        "deals.test_waivers.test_no_figure_counts_a_pending_deal",
        "inputs.test_fairness.test_what_a_pending_deal_lacks_is_on_no_list_that_others_read",
    ),
    "unanswered, it is the deputy's, and may go on meanwhile": (
        "deals.test_waivers.test_only_the_approver_answers_and_the_deputy_from_the_deadline_on",
        "deals.test_waivers.test_a_pending_deal_goes_on_when_nobody_answers_in_time",
    ),
    "refused, there is one business day to link it before it is a violation": (
        "deals.test_waivers.test_refused_and_linked_in_time_is_settled",
        "deals.test_waivers.test_refused_and_not_linked_within_a_business_day_is_a_violation",
    ),
    "who is a customer is computed, not said": (
        "deals.test_gated_writes.test_customers_of_the_last_24_months_are_not_asked",
    ),
    "a lead that is made along with its deal is told apart": (
        "deals.test_gated_writes.test_a_lead_added_along_is_told_apart",
    ),
    "a task is open, met in time or late, excepted or void, and each counts for what it is": (
        "inputs.test_fairness.test_the_five_states_and_what_each_counts_for",
        "inputs.test_rates.test_the_written_example",
    ),
    "an exception after the deadline stays a miss": (
        "inputs.test_rate_pages.test_an_exception_after_the_deadline_stays_in_the_denominator",
    ),
    "whoever enters nothing is not at 100 %": (
        "inputs.test_fairness.test_silence_is_no_hundred_per_cent",
    ),
    "fractions always, a percentage from eight tasks in four weeks on": (
        "inputs.test_rate_pages.test_fractions_always_and_a_percentage_from_eight_in_four_weeks_on",
        "inputs.test_fairness.test_eight_are_enough_for_a_percentage_and_seven_are_not",
    ),
    "oneself first, the manager after one business day": (
        "inputs.test_rate_pages.test_oneself_first_and_the_manager_one_business_day_later",
        "engine.test_ladder.test_the_manager_never_hears_first",
    ),
    "nothing is sent outside the recipient's working hours": (
        "inputs.test_ladder.test_nothing_outside_working_hours_or_while_away",
        "notify.test_deliveries.test_nothing_goes_out_outside_working_hours",
        "notify.test_deliveries.test_who_is_away_is_told_on_return",
    ),
    "no rankings, no time of day for managers, teams only for executives": (
        "inputs.test_rate_pages.test_no_rankings",
        "inputs.test_rate_pages.test_managers_read_days_and_no_time_of_day",
        "inputs.test_rate_pages.test_executives_see_teams_and_no_person",
    ),
    "meetings go through deals, not through people": (
        "meetings.test_meetings.test_the_missing_entries_stand_by_deal_with_what_they_lack",
    ),
    "rates, questions and notes of readers are off until a policy is recorded": (
        "inputs.test_rate_pages.test_without_a_policy_there_is_nobody_but_oneself",
        "inputs.test_ladder.test_without_a_policy_no_manager_is_asked_and_the_agenda_follows",
        "inputs.test_fairness.test_who_reads_is_noted_only_where_the_policy_says_so",
    ),
    "an answer never comes from whoever asks": (
        "inputs.test_following.test_an_exception_comes_from_somebody_else_and_with_a_reason",
        "deals.test_waivers.test_it_never_returns_to_who_asked",
        "meetings.test_meetings.test_nobody_excepts_what_they_owe_themselves_and_then_nothing_is",
    ),
    "deputies are dated, and whoever holds both sides needs the executive": (
        "deals.test_waivers.test_a_named_deputy_stands_in_on_the_days_given",
        "deals.test_waivers.test_where_nobody_else_has_the_roles_an_executive_answers",
    ),
    "whoever leaves or moves hands over, and the history stays": (
        "accounts.test_departures.test_the_preview_counts_what_is_held",
        "accounts.test_departures.test_leaving_hands_everything_over_and_keeps_the_history",
        "accounts.test_departures.test_moving_hands_over_and_keeps_the_account",
    ),
    "a suggestion is saved when somebody takes it": (
        "console.test_home.test_suggestions_come_from_the_deal_and_are_not_saved",
        "console.test_home.test_a_suggestion_is_saved_when_it_is_taken",
    ),
}
OPEN_DEALS = """
  - id: R-001
    label: 次回アクション
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
"""
DUE = local("2026-11-18T17:00")
LATER = "2026-11-30T12:00"


@pytest.fixture
def rep():
    return person("佐藤", Role.SALES_REP)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_held_by_tests_that_exist(rule: str) -> None:
    for address in RULES[rule]:
        module, _, name = address.rpartition(".")
        assert callable(getattr(import_module(f"tests.{module}"), name)), address


def counts(by: str = "person"):
    with on(LATER):
        [group] = rates(None, None, by)
    return group.counts


@pytest.mark.parametrize(
    ("state", "after", "counted"),  # in time, late, missing; excepted in time
    [
        ("open", None, (0, 0, 1, 0)),
        ("met_on_time", timedelta(0), (1, 0, 0, 0)),
        ("met_late", timedelta(seconds=1), (0, 1, 0, 0)),
        ("waived", timedelta(0), (0, 0, 0, 1)),
        ("waived", timedelta(seconds=1), (0, 0, 1, 0)),
        ("void", timedelta(0), (0, 0, 0, 0)),
        ("void", timedelta(seconds=1), (0, 0, 1, 0)),
    ],
)
def test_the_five_states_and_what_each_counts_for(rep, state, after, counted):
    user = user_of(rep)
    owe("met_on_time", DUE, owner=user)  # so that there is somebody to count for
    owe(state, DUE, owner=user, settled=None if after is None else DUE + after)
    found = counts()
    assert (found.on_time - 1, found.late, found.overdue, found.waived) == counted
    assert found.due == 1 + sum(counted[:3])


def test_silence_is_no_hundred_per_cent(rep):
    """Two weeks of one open deal about which nobody says anything: nought of two."""
    activate("2026-11-02T09:00", OPEN_DEALS + MEETINGS)
    create(rep, "2026-11-09T10:00", name="青葉の商談")
    with on("2026-11-20T18:00"):
        obligations_pass()
        [group] = rates(None, None, "person")
    assert (group.label, group.counts.on_time, group.counts.due) == ("佐藤", 0, 2)


@pytest.mark.parametrize(("due", "shown"), [(7, None), (8, 0.75)])
def test_eight_are_enough_for_a_percentage_and_seven_are_not(rep, due, shown):
    for n in range(due):
        owe("open" if n < 2 else "met_on_time", DUE, owner=user_of(rep))
    assert counts().percentage == shown


def test_what_a_pending_deal_lacks_is_on_no_list_that_others_read(rep):
    person("部長", Role.SALES_MANAGER)
    gates_activate("2026-11-02 09:00")  # with a weekly rule and a check that wants a lead
    create(rep, "2026-11-09 10:00", answer=WISH)
    with on("2026-11-16T10:00"):
        obligations_pass()
        assert missing_inputs(local("2026-11-16T10:00")) == []
        Deal.objects.update(is_pending=False)
        assert [row.rule_id for row in missing_inputs(local("2026-11-16T10:00"))] == ["R-1"]


def test_who_reads_is_noted_only_where_the_policy_says_so(rep):
    activity = meet(rep, "2026-11-16T15:00", outcome="前進")
    look = {"objects": [("deals.activity", activity.pk)], "user_id": rep.user_id}
    with on("2026-11-16T16:00"):
        assert views_record(**look) == 0
    policy("2026-11-17T09:00")  # it covers questions to managers alone
    with on("2026-11-17T10:00"):
        assert views_record(**look) == 0
    assert not View.objects.exists()


@pytest.mark.parametrize(
    ("part", "whole", "interval"),
    [(7, 9, (0.778, 0.453, 0.937)), (18, 20, (0.900, 0.699, 0.972))],
)
def test_the_interval_that_stands_beside_a_rate(part, whole, interval):
    assert tuple(round(value, 3) for value in wilson(part, whole)) == interval
