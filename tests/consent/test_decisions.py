"""Who may be written to: refusals first, then a ground with its evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.consent.consenting import ACTOR, days_ago, ground, lead, said

from teichaku.consent.models import Basis, Lift, Refusal
from teichaku.consent.refusals import Refused, refusals_record
from teichaku.consent.selectors import may_send
from teichaku.consent.services import (
    bases_record,
    basis_withdraw,
    consent_text_keep,
    refusal_lift,
    refusal_record,
    refusals_lift,
)
from teichaku.core import clock
from teichaku.core.errors import Conflict, InvalidInput, NotFound
from teichaku.core.models import AuditValue, OutboxMessage

pytestmark = pytest.mark.django_db


def refuse(address: str, reason: str = "refused", **told: object) -> Refusal:
    return refusal_record(
        address=address, channel=told.pop("channel", "email"), reason=reason, source="manual",
        actor=ACTOR, **told,
    )  # fmt: skip


def test_without_a_ground_no_advertising_is_sent_and_with_one_it_is() -> None:
    person = lead("sato@aoba.co.jp")
    assert (said(person.email).allowed, said(person.email).code) == (False, "no_basis")
    assert said(person.email, purpose="transactional").allowed
    basis = ground(person, "business_card")
    found = said("ＳＡＴＯ@aoba.co.jp ")
    assert (found.allowed, found.code, found.since) == (True, "business_card", basis.obtained_at)


def test_the_strongest_ground_is_told_and_a_withdrawn_one_is_none() -> None:
    person = lead("sato@aoba.co.jp")
    card, consent = ground(person, "business_card"), ground(person, "consent")
    assert said(person.email).code == "consent"
    basis_withdraw(basis=consent, why="asked", actor=ACTOR)
    assert said(person.email).code == "business_card"
    basis_withdraw(basis=card, why="asked", actor=ACTOR)
    assert said(person.email).code == "no_basis"
    with pytest.raises(Conflict):
        basis_withdraw(basis=card, why="again", actor=ACTOR)


@pytest.mark.parametrize("reason", ["refused", "complained", "undeliverable", "competitor"])
def test_a_refusal_beats_every_ground(reason: str) -> None:
    person = lead("sato@aoba.co.jp")
    ground(person)
    refusal = refuse("sato@aoba.co.jp", reason)
    assert (said(person.email).allowed, said(person.email).code) == (False, reason)
    answers = said(person.email, purpose="transactional")
    assert answers.allowed is (reason in ("refused", "competitor"))
    refusal_lift(refusal=refusal, why="wrote that mail is welcome again", actor=ACTOR)
    assert said(person.email).allowed
    assert Lift.objects.get().why == "wrote that mail is welcome again"


def test_a_domain_is_refused_whole_and_only_it() -> None:
    for email in ("a@rival.co.jp", "b@sub.rival.co.jp"):
        ground(lead(email))
    refuse("@rival.co.jp", "competitor")
    assert said("a@rival.co.jp").code == "competitor"
    assert said("b@sub.rival.co.jp").allowed


def test_what_the_person_said_is_told_before_other_reasons() -> None:
    refuse("a@rival.co.jp", "undeliverable")
    refuse("@rival.co.jp", "competitor")
    assert said("a@rival.co.jp").code == "undeliverable"
    refuse("a@rival.co.jp", "refused")
    assert said("a@rival.co.jp").code == "refused"


def test_one_purpose_can_be_refused_alone() -> None:
    ground(lead("sato@aoba.co.jp"))
    refuse("sato@aoba.co.jp", purpose="events")
    assert said("sato@aoba.co.jp", purpose="events").code == "refused"
    assert said("sato@aoba.co.jp", purpose="products").allowed


def test_a_pause_ends_by_itself_and_the_last_wish_counts() -> None:
    ground(lead("sato@aoba.co.jp"))
    now = clock.now()
    refuse("sato@aoba.co.jp", "paused", until=now + timedelta(days=30))
    refuse("sato@aoba.co.jp", "paused", until=now + timedelta(days=60))
    with clock.moved_to(now + timedelta(days=59)):
        assert said("sato@aoba.co.jp").code == "paused"
    with clock.moved_to(now + timedelta(days=60)):
        assert said("sato@aoba.co.jp").allowed


def test_calls_need_no_ground_and_sms_needs_one() -> None:
    person = lead("sato@aoba.co.jp", phone="090-1234-5678")
    assert said("09012345678", channel="phone").code == "no_basis_needed"
    assert said("09012345678", channel="sms").code == "no_basis"
    ground(person, channel="sms")
    assert said("090-1234-5678", channel="sms").allowed
    refuse("090-1234-5678", channel="phone")
    assert not said("09012345678", channel="phone").allowed
    assert said("09012345678", channel="sms").allowed


@pytest.mark.parametrize("address", ["", "nobody", "@", "@nothing"])
def test_what_is_no_address_cannot_be_sent_to_or_refused(address: str) -> None:
    assert said(address).code == "no_address"
    with pytest.raises(InvalidInput):
        refuse(address)


def test_any_number_of_addresses_takes_two_statements() -> None:
    people = [lead(f"person{n}@aoba{n % 7}.co.jp") for n in range(60)]
    bases_record(
        leads=[p.pk for p in people[:30]], channel="email", kind="consent",
        obtained_at=days_ago(3), evidence="form", source="form:contact", actor=ACTOR,
    )  # fmt: skip
    refuse("@aoba3.co.jp", "competitor")
    for count in (1, 60):
        addresses = [p.email for p in people[:count]]
        with CaptureQueriesContext(connection) as queries:
            found = may_send(addresses=addresses, channel="email", purpose="advertising")
        assert (len(queries), len(found)) == (2, count)
    allowed = {n for n in range(60) if n < 30 and n % 7 != 3}
    assert {n for n in range(60) if found[people[n].email].allowed} == allowed


def test_the_same_ground_again_adds_nothing() -> None:
    person, nobody = lead("sato@aoba.co.jp"), lead("", name="山田 花子")
    told = {
        "leads": [person.pk, nobody.pk], "channel": "email", "kind": "business_card",
        "obtained_at": days_ago(10), "evidence": "booth 12", "source": "exhibition:spring",
        "actor": ACTOR,
    }  # fmt: skip
    first, again = bases_record(**told), bases_record(**told)
    assert (first.recorded, first.known, first.without_address) == (1, 0, 1)
    assert (again.recorded, again.known, again.without_address) == (0, 1, 1)
    row = Basis.objects.get()
    assert (row.source, row.source_detail) == ("exhibition", "spring")
    same = ground(person, "business_card", obtained_at=row.obtained_at, source="exhibition:spring")
    assert same.pk == row.pk


@pytest.mark.parametrize(
    "told",
    [
        {"evidence": "  "},
        {"kind": "hope"},
        {"channel": "fax"},
        {"obtained_at": clock.now() + timedelta(days=400)},
        {"source": "rumour"},
    ],
    ids=["evidence", "kind", "channel", "future", "source"],
)
def test_a_ground_without_evidence_or_from_the_future_is_none(told: dict[str, object]) -> None:
    person = lead("sato@aoba.co.jp", phone="090-1234-5678")
    with pytest.raises(InvalidInput):
        ground(person, **told)
    assert not Basis.objects.exists()


def test_the_exact_text_is_kept_once() -> None:
    person = lead("sato@aoba.co.jp")
    kept = consent_text_keep(text="広告メールを送ります。青葉株式会社", actor=ACTOR)
    assert consent_text_keep(text=" 広告メールを送ります。青葉株式会社\n", actor=ACTOR) == kept
    assert ground(person, text_hash=kept.hash).text == kept
    with pytest.raises(NotFound):
        ground(person, "published", text_hash="0" * 64)


def test_who_asks_for_mail_anew_gets_it_unless_mail_cannot_arrive() -> None:
    ground(lead("sato@aoba.co.jp"))
    refuse("sato@aoba.co.jp")
    refuse("sato@aoba.co.jp", "paused", until=clock.now() + timedelta(days=9))
    again = {"address": "sato@aoba.co.jp", "channel": "email", "why": "form", "actor": ACTOR}
    assert refusals_lift(**again) == 2
    assert said("sato@aoba.co.jp").allowed
    refuse("sato@aoba.co.jp", "undeliverable")
    assert refusals_lift(**again) == 0
    with pytest.raises(InvalidInput):
        refusal_lift(refusal=Refusal.objects.latest("pk"), why=" ", actor=ACTOR)


def test_a_refusal_is_recorded_once_and_again_after_it_was_lifted() -> None:
    first = refuse("sato@aoba.co.jp")
    assert refuse("SATO@aoba.co.jp") == first
    refusal_lift(refusal=first, why="welcome again", actor=ACTOR)
    with pytest.raises(Conflict):
        refusal_lift(refusal=first, why="twice", actor=ACTOR)
    assert refuse("sato@aoba.co.jp") != first


def test_a_list_of_refusals_goes_in_at_once() -> None:
    rows = [Refused(f"p{n}@aoba.co.jp") for n in range(30)] + [Refused("p1@aoba.co.jp")]
    assert refusals_record(refused=rows, source="import:list.csv", actor=ACTOR) == 30
    assert refusals_record(refused=rows, source="import:list.csv", actor=ACTOR) == 0


def test_the_ledgers_say_nothing_of_addresses() -> None:
    person = lead("sato@aoba.co.jp")
    basis_withdraw(basis=ground(person), why="sato@aoba.co.jp asked", actor=ACTOR)
    refuse("sato@aoba.co.jp")
    texts = [row.document for row in AuditValue.objects.all()]
    texts += [str(row.payload) for row in OutboxMessage.objects.all()]
    assert not [text for text in texts if "aoba" in text]
