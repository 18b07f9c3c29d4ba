"""Whose a browser is: the first link brings its past, a second person never takes it over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory
from tests.deals.pipeline import event, lead
from tests.intake.importing import ACTOR
from tests.tracking.beacons import AGENT, Browser, site_made, turned, view

from teichaku.core import clock
from teichaku.leads.models import Lead, MergeEntry
from teichaku.leads.services import lead_unmerge
from teichaku.scoring.base import base_build
from teichaku.scoring.histories import columns_of_leads
from teichaku.scoring.models import DirtyLead
from teichaku.tracking.claims import Claim, How, claim, same_device, same_device_pairs
from teichaku.tracking.cookies import COOKIE
from teichaku.tracking.filtered import reasons_counted, visitor_clear, visitors_filtered
from teichaku.tracking.models import Beacon, Event, SameDevice, Visitor
from teichaku.tracking.retention import beacons_sweep, forget_job
from teichaku.tracking.visitors import visitor_ensure, visitor_lead

pytestmark = pytest.mark.django_db


def paths_of(known):
    rows = Event.objects.filter(lead__root=known.pk, origin="human").order_by("at")
    return list(rows.values_list("signature__path", flat=True))


def asking(browser):
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = str(browser.uid)
    return request


def test_the_first_link_brings_all_that_the_browser_did_before_and_after():
    browser, known = Browser(site_made()), lead("青木")
    browser.send(view("/a"))
    visitor = browser.visitor
    assert visitor_lead(asking(browser)) == visitor.lead
    assert columns_of_leads([visitor.lead.pk, known.pk]).lead_ids.tolist() == [known.pk]
    assert claim(visitor=visitor, lead=known, how=How.FORM, actor=ACTOR) is Claim.LINKED
    assert claim(visitor=visitor, lead=known, how=How.FORM, actor=ACTOR) is Claim.KNOWN
    assert DirtyLead.objects.filter(lead_id=known.pk).exists()
    DirtyLead.objects.all().delete()
    browser.send(view("/b"))
    turned()
    assert paths_of(known) == ["/a", "/b"]
    assert list(DirtyLead.objects.values_list("lead_id", flat=True)) == [known.pk]
    assert visitor_lead(asking(browser)) == known
    lead_unmerge(entry=MergeEntry.objects.get(), actor=ACTOR)
    assert paths_of(known) == []
    assert visitor_lead(asking(browser)) == visitor.lead


@pytest.mark.django_db(transaction=True)  # the base is read over a connection of its own
def test_the_engine_sees_what_a_browser_did_once_it_is_somebodys():
    browser = Browser(site_made())
    with transaction.atomic():
        known = lead("青木")
        event(known, "2026-11-10 10:00")
    browser.send(view("/a"), view("/b"))
    visitor = browser.visitor
    assert (base_build().lead_ids.tolist(), base_build().events) == ([known.pk], 1)
    claim(visitor=visitor, lead=known, how=How.FORM, actor=ACTOR)
    assert (base_build().lead_ids.tolist(), base_build().events) == ([known.pk], 3)


def test_another_person_in_a_known_browser_stays_another_person_with_a_hint():
    browser, first, second = Browser(site_made()), lead("青木"), lead("伊藤")
    browser.send(view("/a"))
    visitor = browser.visitor
    claim(visitor=visitor, lead=first, how=How.FORM, actor=ACTOR)
    for _ in range(2):
        assert claim(visitor=visitor, lead=second, how=How.FORM, actor=ACTOR) is Claim.HINTED
    assert (paths_of(first), paths_of(second)) == (["/a"], [])
    assert MergeEntry.objects.count() == 1
    assert [(hint.lead, hint.how) for hint in same_device(first)] == [(second, How.FORM)]
    assert [(hint.lead, hint.how) for hint in same_device(second)] == [(first, How.FORM)]
    assert same_device_pairs() == [(first.pk, second.pk, How.FORM)]
    assert same_device_pairs([second.pk]) == same_device_pairs()
    assert same_device_pairs([0]) == []


def test_a_link_claims_nothing_however_unknown_the_browser():
    browser, known = Browser(site_made()), lead("青木")
    browser.send(view("/a"))
    visitor = browser.visitor
    assert claim(visitor=visitor, lead=known, how=How.LINK, actor=ACTOR) is Claim.HINTED
    assert paths_of(known) == []
    assert SameDevice.objects.get().lead == known
    assert same_device(known) == []  # nobody else is known by that browser


def test_a_program_claims_nothing():
    browser, known = Browser(site_made(), "Googlebot/2.1"), lead("青木")
    browser.send(view("/a"))
    assert claim(visitor=browser.visitor, lead=known, how=How.FORM, actor=ACTOR) is Claim.HINTED
    assert paths_of(known) == []


def test_a_browser_whose_beacons_still_wait_can_be_claimed():
    browser, known = Browser(site_made()), lead("青木")
    browser.send(view("/a"))
    visitor = visitor_ensure(uid=browser.uid, site=None, agent=AGENT, actor=ACTOR)
    claim(visitor=visitor, lead=known, how=How.FORM, actor=ACTOR)
    turned()
    assert paths_of(known) == ["/a"]
    assert Visitor.objects.get().lead == visitor.lead


def test_a_person_taken_for_a_program_is_given_back():
    browser, known = Browser(site_made(), "HeadlessChrome/1"), lead("青木")
    browser.send(view("/a"))
    visitor = browser.visitor
    assert [(reason, n) for reason, _, n in reasons_counted()] == [("headless", 1)]
    [line], more = visitors_filtered("headless", None)
    assert (line.visitor, [e.url for e in line.events], more) == (
        visitor, ["https://www.example.co.jp/a"], False,
    )  # fmt: skip
    assert visitors_filtered("crawler", None) == ([], False)
    assert visitor_clear(visitor=visitor, actor=ACTOR) == 1
    assert reasons_counted() == []
    visitor.refresh_from_db()
    claim(visitor=visitor, lead=known, how=How.FORM, actor=ACTOR)
    browser.send(view("/b"))
    turned()
    assert paths_of(known) == ["/a", "/b"]


def test_what_nobody_claimed_is_erased_half_a_year_after_the_last_visit():
    site, now = site_made(), clock.now()
    old, back, claimed, known = Browser(site), Browser(site), Browser(site), lead("青木")
    event(known, "2026-01-10 10:00")
    with clock.moved_to(now - timedelta(days=181)):
        for browser in (old, back, claimed):
            browser.send(view("/a"))
        turned()
        claim(visitor=claimed.visitor, lead=known, how=How.FORM, actor=ACTOR)
    back.send(view("/b"))
    turned()
    gone = Visitor.objects.get(uid=old.uid).lead_id
    forget_job({})
    assert set(Visitor.objects.values_list("uid", flat=True)) == {back.uid, claimed.uid}
    assert not Lead.objects.filter(pk=gone).exists()
    assert not Event.objects.filter(lead=gone).exists()
    assert "/a" in paths_of(known)
    assert Event.objects.filter(lead=back.visitor.lead_id).count() == 2


def test_beacons_are_kept_for_two_days_once_they_are_events():
    browser, now = Browser(site_made()), clock.now()
    with clock.moved_to(now - timedelta(days=3)):
        browser.send(view("/a"))
        turned()
    browser.send(view("/b"))
    turned()
    beacons_sweep()
    assert Beacon.objects.count() == 1
