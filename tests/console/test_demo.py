"""The made-up company: made by the product's own services, the same each time, and believable."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.test import override_settings

from teichaku.accounts.models import Absence, Role, RoleGrant, User
from teichaku.accounts.selectors import user_roles
from teichaku.console.demo import Size, demo_load
from teichaku.console.demo_logins import demo_logins
from teichaku.console.demo_rulebook import editions
from teichaku.console.demo_staff import DOMAIN, MEMBERS
from teichaku.console.demo_state import demo_made_up_to, demo_note, demo_state_write
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.models import AuditEntry, Change, Job, OutboxMessage
from teichaku.core.registry import audit_actions
from teichaku.deals.models import Activity, Deal, GateDecision, StageChange, Waiver
from teichaku.engine.ladder import Step
from teichaku.engine.rulebook.lint import lint
from teichaku.engine.rulebook.load import load
from teichaku.inputs.models import FollowUp, Inquiry, RuleDefect
from teichaku.leads.duplicates import company_duplicates
from teichaku.leads.models import Company, Lead
from teichaku.notify.models import Notification
from teichaku.rulebook.models import Activation
from teichaku.scoring.models import Qualification, Score
from teichaku.tracking.models import Event

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
SMALL = Size(leads=600, events=10_000, months=8, seed=7)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """A small company, made once for all tests of this file and taken back at their end."""
    seen: list[tuple[int, int]] = []
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with quick, django_db_blocker.unblock(), transaction.atomic():
        with clock.moved_to(NOW):
            demo_load(size=SMALL, progress=lambda done, whole: seen.append((done, whole)))
        yield seen
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def today(company):
    with clock.moved_to(NOW):
        yield


def test_every_week_is_told_of(company):
    weeks = company[-1][1]
    assert company == [(week, weeks) for week in range(1, weeks + 1)]
    assert weeks == 36  # 20 March to 20 November: 35 whole ones and some hours


def test_deals_were_written_by_the_services():
    deals = Deal.objects.filter(source="web")
    assert deals.count() == Deal.objects.count() >= 20
    told = OutboxMessage.objects.filter(topic="deals.deal_created")
    assert {message.payload["deal"] for message in told} == set(deals.values_list("pk", flat=True))
    for action in ("deals.deal_create", "deals.deal_update", "deals.deal_stage_move",
                   "deals.deal_close", "deals.activity_record", "rulebook.revision_activate",
                   "accounts.user_create", "intake.import_finished"):  # fmt: skip
        assert action in audit_actions
        assert AuditEntry.objects.filter(action=action).exists(), action
    entries = AuditEntry.objects.filter(action="deals.deal_create")
    assert set(entries.values_list("object_id", flat=True)) == set(
        deals.values_list("pk", flat=True)
    )
    changed = Change.objects.filter(object_type="deals.deal", field="stage")
    moves = AuditEntry.objects.filter(action__in=["deals.deal_stage_move", "deals.deal_close"])
    assert changed.count() == moves.count() > 0
    assert StageChange.objects.count() == deals.count() + changed.count()


def test_history_lies_in_the_past_and_fills_the_months():
    created = list(Deal.objects.order_by("created_at").values_list("created_at", flat=True))
    begin = datetime(2026, 3, 20, tzinfo=UTC)
    assert begin <= created[0] < begin + timedelta(days=45)
    assert created[-1] < NOW
    months = Counter(at.month for at in created)
    assert len({4, 5, 6, 7, 8, 9, 10} & set(months)) >= 6
    assert not Event.objects.filter(at__gt=NOW).exists()
    assert Event.objects.filter(at__gt=NOW - timedelta(days=14)).exists()
    assert not Activity.objects.filter(at__gt=F("recorded_at")).exists()
    assert not AuditEntry.objects.filter(at__gt=NOW).exists()


def test_leads_become_mqls_along_the_way():
    found = Qualification.objects.filter(source="engine")
    assert found.count() >= 10
    # Found in the week in which it came about, not all on the last day.
    assert found.filter(recorded_at__lt=NOW - timedelta(days=60)).count() >= 5
    assert Lead.objects.filter(created_at__gte=NOW - timedelta(days=240)).count() > 100
    newest = Activation.objects.latest("effective_from").revision_id
    assert set(Score.objects.values_list("revision_id", flat=True)) == {newest}


def test_the_rulebook_goes_from_recording_to_refusing():
    documents = [load(text) for _, _, text in editions()]
    modes = [{gate.id: gate.mode for gate in book.gates} for book in documents]
    assert [m["D-201"] for m in modes] == ["shadow", "warn", "block"]
    assert [m["D-202"] for m in modes] == ["shadow", "warn", "warn"]
    assert [lint(book) for book in documents] == [[], [], []]
    assert Activation.objects.count() == 3
    assert all(row.reason and row.actor_user_id for row in Activation.objects.all())
    recorded = set(GateDecision.objects.values_list("gate_id", "mode"))
    assert recorded >= {("D-201", "shadow"), ("D-201", "warn"), ("D-201", "block")}
    refused = GateDecision.objects.filter(gate_id="D-201", mode="block", result="block")
    assert refused.exists()
    assert GateDecision.objects.filter(result="warn", taken="proceed").exclude(reason="").exists()


def test_exceptions_were_asked_for_and_answered_by_somebody_else():
    waivers = Waiver.objects.all()
    assert waivers.exists()
    for waiver in waivers.exclude(answered_by=None):
        assert waiver.answered_by_id != waiver.actor_user_id
        roles = user_roles(waiver.answered_by, NOW.date())
        assert roles & {Role.SALES_MANAGER, Role.EXECUTIVE}
    assert not waivers.filter(state=Waiver.State.OPEN, requested_at__lt=NOW - timedelta(15))


def test_won_lost_and_neglected_deals():
    won, lost = Deal.objects.filter(stage__kind="won"), Deal.objects.filter(stage__kind="lost")
    assert won.count() >= 2
    assert lost.count() >= 2
    assert not won.filter(deciding_factor="").exists()
    assert not lost.filter(lost_reason="").exists()
    running = Deal.objects.filter(stage__kind="open")
    assert running.filter(close_on__lt=NOW.date()).exists()
    assert running.filter(next_action_on=None).exists()
    assert running.filter(next_action_on__gt=NOW.date()).exists()
    assert Deal.objects.filter(lead=None).exists()
    assert Deal.objects.filter(lead__isnull=False).exists()


def test_reps_differ():
    def lag(key: str) -> timedelta:
        rows = Activity.objects.filter(owner__email=f"{key}@{DOMAIN}", deal__isnull=False)
        spans = sorted(at - then for at, then in rows.values_list("recorded_at", "at"))
        return spans[len(spans) // 2]

    assert lag("late") > timedelta(days=1) > lag("diligent")
    notes = Activity.objects.filter(owner__email=f"hollow@{DOMAIN}").values_list(
        "outcome", flat=True
    )
    assert Counter(notes)["対応済み"] > len(notes) / 3
    assert Absence.objects.get().user.email == f"absent@{DOMAIN}"
    away = Activity.objects.filter(owner__email=f"absent@{DOMAIN}")
    assert not away.filter(recorded_at__gt=NOW - timedelta(days=29)).exists()
    newcomer = User.objects.get(email=f"newcomer@{DOMAIN}")
    assert newcomer.date_joined > NOW - timedelta(days=101)


def test_companies_stand_twice_and_one_competes():
    assert Company.objects.filter(is_competitor=True).exists()
    assert len(company_duplicates()) >= 3


def test_nothing_that_waits_has_failed():
    assert list(Job.objects.exclude(error="").values_list("kind", flat=True)) == []
    assert not Job.objects.filter(finished_at=None, run_at__lt=NOW - timedelta(days=1)).exists()


def test_every_role_can_sign_in(client):
    passwords = demo_logins()
    assert len(set(passwords.values())) == len(passwords)
    held = set()
    for email, password in passwords.items():
        assert client.login(username=email, password=password), email
        held |= user_roles(User.objects.get(email=email), NOW.date())
    assert held == set(Role)
    assert demo_logins() == passwords
    others = {member.email for member in MEMBERS} - set(passwords)
    assert not any(User.objects.get(email=email).has_usable_password() for email in others)


def test_lost_passwords_are_replaced(client, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    before = dict(demo_logins())
    file = tmp_path / "demo-logins"
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    after = demo_logins()
    email = next(iter(before))
    assert after[email] != before[email]
    assert not client.login(username=email, password=before[email])
    assert client.login(username=email, password=after[email])


def test_pages_say_that_it_is_made_up(client):
    user = RoleGrant.objects.filter(role=Role.EXECUTIVE).get().user
    client.force_login(user)
    assert demo_made_up_to() == "2026-11-20"
    demo_note()
    try:
        assert "tag--sample" in client.get("/leads/").content.decode()
    finally:
        demo_state_write(value="", actor=SYSTEM)
        demo_note()
    assert "tag--sample" not in client.get("/leads/").content.decode()


def test_missing_entries_were_followed_up():
    steps = Counter(FollowUp.objects.values_list("step", "outcome"))
    assert {step for step, outcome in steps if outcome == "done"} >= {1, 2}
    assert not FollowUp.objects.filter(at__gt=NOW).exists()
    told = Notification.objects.filter(kind__startswith="inputs.missing_")
    assert told.filter(at__lt=NOW - timedelta(days=1)).exists()
    assert {outcome for step, outcome in steps if step == Step.MANAGER} >= {"rule_in_doubt"}
    assert RuleDefect.objects.filter(decided_at=None).exists()
    assert not Inquiry.objects.filter(answered_by=F("person")).exists()
