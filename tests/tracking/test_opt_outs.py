"""An end of mailings that somebody asked for is an event: once, and not where it was undone."""

from __future__ import annotations

import pytest
from tests.consent.consenting import ACTOR, days_ago, lead

from teichaku.consent.models import Refusal
from teichaku.consent.preferences import Wish, wish_record, wish_undo
from teichaku.consent.refusals import Refused, refusal_lift, refusal_record, refusals_record
from teichaku.core.jobs import run_one
from teichaku.leads.services import lead_merge
from teichaku.tracking.models import Event
from teichaku.tracking.opt_outs import FOLLOW, opt_outs_jobs

pytestmark = pytest.mark.django_db
EMAIL = "sato@aoba.co.jp"


def followed() -> list[tuple[int, object]]:
    """The leads that asked for an end of mailings, and when."""
    while run_one("w", kinds=[FOLLOW]):
        pass
    live = Event.objects.filter(signature__type="opt_out", retracted_at=None)
    return list(live.order_by("pk").values_list("lead", "at"))


def test_who_stops_all_mails_has_done_something_once():
    person = lead(EMAIL)
    lead("other@aoba.co.jp")
    lead("", name="無名 一郎")
    [refusal] = wish_record(address=EMAIL, wish=Wish(everything=True))
    assert followed() == [(person.pk, refusal.at)]
    wish_record(address=EMAIL, wish=Wish(everything=True))
    opt_outs_jobs([{"refusals": [refusal.pk]}, {"refusals": [refusal.pk]}])
    assert followed() == [(person.pk, refusal.at)]


def test_what_the_recipient_takes_back_counts_no_more_before_or_after_the_job():
    lead(EMAIL)
    [refusal] = wish_record(address=EMAIL, wish=Wish(everything=True))
    assert len(followed()) == 1
    wish_undo(address=EMAIL, refusals=[refusal.uid])
    assert followed() == []
    [again] = wish_record(address=EMAIL, wish=Wish(everything=True))
    wish_undo(address=EMAIL, refusals=[again.uid])
    assert followed() == []
    assert Event.objects.filter(signature__type="opt_out").count() == 1


def test_mail_on_evidence_later_does_not_undo_what_happened():
    person = lead(EMAIL)
    refusal = refusal_record(
        address=EMAIL, channel="email", reason="refused", source="manual", actor=ACTOR
    )
    refusal_lift(refusal=refusal, why="asked for the newsletter", actor=ACTOR)
    assert followed() == [(person.pk, refusal.at)]


def test_less_than_an_end_lists_domains_and_other_reasons_are_no_event():
    lead(EMAIL, phone="03-1234-5678")
    wish_record(address=EMAIL, wish=Wish(pause=3))
    wish_record(address=EMAIL, wish=Wish(purposes=("events",), phone=True))
    refusals_record(
        refused=[Refused(EMAIL, at=days_ago(400))], source="import:old.csv", actor=ACTOR
    )
    refusal_record(
        address="@aoba.co.jp", channel="email", reason="refused", source="manual", actor=ACTOR
    )
    Refusal.objects.filter(source="manual").update(address="")  # as after an erasure
    assert followed() == []


def test_of_merged_people_the_one_who_stays_has_asked():
    kept, merged = lead("a@aoba.co.jp"), lead(EMAIL)
    lead_merge(kept=kept, merged=merged, actor=ACTOR)
    [refusal] = wish_record(address=EMAIL, wish=Wish(everything=True))
    assert followed() == [(kept.pk, refusal.at)]
