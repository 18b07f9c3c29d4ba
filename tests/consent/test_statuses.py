"""The status of each lead, noted for lists, says what sending would be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.consent.consenting import ACTOR, ground, lead

from teichaku.consent.lists import overview
from teichaku.consent.models import Basis, MailStatus
from teichaku.consent.refusals import refusal_lift, refusal_record
from teichaku.consent.selectors import may_send
from teichaku.consent.statuses import pauses_job, statuses_counted
from teichaku.core import clock
from teichaku.core.jobs import run_one
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_merge

pytestmark = pytest.mark.django_db
KINDS = ["consent.statuses", "consent.refused"]


def follow() -> dict[str, str]:
    """The status of every lead by its address, after what waits is done."""
    while run_one("test", kinds=KINDS):
        pass
    return dict(MailStatus.objects.values_list("lead__email_key", "status"))


def refuse(address: str, reason: str = "refused", **told):
    return refusal_record(
        address=address, channel="email", reason=reason, source="manual", actor=ACTOR, **told
    )


def test_the_status_follows_whatever_is_recorded() -> None:
    one, two = lead("a@aoba.co.jp"), lead("b@aoba.co.jp")
    lead("", name="山田 花子")
    assert follow() == {"a@aoba.co.jp": "no_basis", "b@aoba.co.jp": "no_basis", "": "no_address"}
    ground(one)
    ground(two, "business_card")
    assert follow()["a@aoba.co.jp"] == "consent"
    domain = refuse("@aoba.co.jp", "competitor")
    assert set(follow().values()) == {"competitor", "no_address"}
    refusal_lift(refusal=domain, why="a customer by now", actor=ACTOR)
    refuse("a@aoba.co.jp")
    assert follow() == {
        "a@aoba.co.jp": "refused", "b@aoba.co.jp": "business_card", "": "no_address"
    }  # fmt: skip
    assert statuses_counted() == {"refused": 1, "business_card": 1, "no_address": 1}
    for address, status in follow().items():
        found = may_send(addresses=[address], channel="email", purpose="advertising")
        assert found[address].code == status


def test_only_whoever_stands_for_a_person_is_counted() -> None:
    kept, merged = lead("a@aoba.co.jp"), lead("b@aoba.co.jp")
    ground(kept)
    follow()
    lead_merge(kept=kept, merged=merged, actor=ACTOR)
    assert follow() == {"a@aoba.co.jp": "consent"}


def test_a_pause_ends_in_the_list_as_well() -> None:
    ground(lead("a@aoba.co.jp"))
    refuse("a@aoba.co.jp", "paused", until=clock.now() + timedelta(days=5))
    assert follow() == {"a@aoba.co.jp": "paused"}
    with clock.moved_to(clock.now() + timedelta(days=6)):
        pauses_job({})
    assert follow() == {"a@aoba.co.jp": "consent"}


def test_an_anonymous_visitor_has_none() -> None:
    person = lead("a@aoba.co.jp")
    Lead.objects.filter(pk=person.pk).update(kind="anonymous")
    assert follow() == {}
    assert not Basis.objects.exists()


def test_the_example_of_the_page_about_the_status_holds() -> None:
    """docs/algorithms/consent-status.md, counted by hand: 2 of 5."""
    ground(lead("a@aoba.co.jp"))
    ground(lead("b@aoba.co.jp"))
    refuse("b@aoba.co.jp", "paused", until=clock.now() + timedelta(days=5))
    ground(lead("c@rival.co.jp"))
    refuse("@rival.co.jp", "competitor")
    ground(lead("d@aoba.co.jp"), "business_card")
    lead("", name="山田 花子")
    follow()
    found = overview()
    assert (found.may, found.people) == (2, 5)
    assert {row.code for row in found.stopped} == {"paused", "competitor", "no_address"}
