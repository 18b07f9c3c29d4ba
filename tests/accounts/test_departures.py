"""Leaving and moving: what is held goes to others, history stays, the door closes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from tests.accounts.conftest import PASSWORD

from teichaku.accounts.departures import account_close, departure_execute, holdings_of
from teichaku.accounts.models import Deputy, Role, RoleGrant, User
from teichaku.accounts.selectors import today, user_roles
from teichaku.accounts.services import role_revoke
from teichaku.core import clock, handing_over
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, Change
from teichaku.deals.models import Deal, Stage
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(made):
    return made("佐藤 太郎", "taro@example.co.jp", Role.SALES_REP)


@pytest.fixture
def successor(made):
    return made("鈴木 次郎", "jiro@example.co.jp", Role.SALES_REP)


def leads_of(owner, count):
    for n in range(count):
        pk = 1000 + n
        Lead.objects.create(pk=pk, root_id=pk, name=f"L{n}", owner=owner, recorded_at=clock.now())


def deals_of(owner, *kinds):
    for n, kind in enumerate(kinds):
        stage, _ = Stage.objects.get_or_create(
            key=kind, defaults={"label": kind, "kind": kind, "position": 0}
        )
        Deal.objects.create(
            system="default", external_id=str(n), owner=owner, stage=stage, recorded_at=clock.now()
        )


def counts(user):
    return {held.name: held.count for held in holdings_of(user)}


def test_the_preview_counts_what_is_held(rep, successor):
    assert counts(rep) == {}
    leads_of(rep, 3)
    deals_of(rep, "open", "open", "won", "lost")
    User.objects.filter(pk=successor.pk).update(manager=rep)
    assert counts(rep) == {"accounts.led": 1, "leads.owned": 3, "deals.owned": 2}


def test_leaving_hands_everything_over_and_keeps_the_history(rep, successor, monkeypatch):
    leads_of(rep, 5)
    deals_of(rep, "open", "won")
    User.objects.filter(pk=successor.pk).update(manager=rep)
    monkeypatch.setattr(handing_over, "PORTION", 2)  # several portions even of a few
    to = dict.fromkeys(("accounts.led", "leads.owned", "deals.owned"), successor)
    done = departure_execute(user=rep, successors=to, closes=True, actor=SYSTEM)
    assert [row.count for row in done] == [1, 5, 1]
    assert Lead.objects.filter(owner=successor).count() == 5
    assert Deal.objects.get(stage__kind="open").owner == successor
    assert Deal.objects.get(stage__kind="won").owner == rep
    successor.refresh_from_db()
    assert successor.manager is None  # nobody leads themselves
    moved = Change.objects.filter(object_type="leads.lead", field="owner")
    assert {(row.old, row.new) for row in moved} == {(rep.pk, successor.pk)}
    assert moved.count() == 5
    assert counts(rep) == {}


def test_leaving_closes_the_door_at_once(rep, successor, made):
    browser = Client()
    browser.post(reverse("accounts:log_in"), {"login": rep.email, "password": PASSWORD})
    RoleGrant.objects.filter(user=rep).update(starts_on=today() - timedelta(days=30))
    Deputy.objects.create(user=successor, deputy=rep, starts_on=today() - timedelta(days=3))
    account_close(user=rep, actor=SYSTEM)
    assert browser.get(reverse("accounts:profile")).status_code == 302
    assert not UserSession.objects.filter(user=rep).exists()
    assert user_roles(rep, today()) == frozenset()
    assert user_roles(rep, today() - timedelta(days=1)) == {Role.SALES_REP}
    assert Deputy.objects.get().ends_before == today()
    again = browser.post(reverse("accounts:log_in"), {"login": rep.email, "password": PASSWORD})
    assert again.status_code == 200
    assert "accounts.account_close" in set(AuditEntry.objects.values_list("action", flat=True))


def test_nobody_leaves_while_something_would_be_nobodys(rep, successor):
    leads_of(rep, 1)
    with pytest.raises(InvalidInput, match="Nobody would look after"):
        departure_execute(user=rep, successors={}, closes=True, actor=SYSTEM)
    with pytest.raises(InvalidInput, match="cannot take over"):
        departure_execute(user=rep, successors={"leads.owned": rep}, closes=True, actor=SYSTEM)
    User.objects.filter(pk=successor.pk).update(is_active=False)
    successor.refresh_from_db()
    with pytest.raises(InvalidInput, match="cannot take over"):
        departure_execute(
            user=rep, successors={"leads.owned": successor}, closes=True, actor=SYSTEM
        )
    rep.refresh_from_db()
    assert rep.is_active


def test_moving_hands_over_and_keeps_the_account(rep, successor):
    leads_of(rep, 2)
    departure_execute(user=rep, successors={"leads.owned": successor}, closes=False, actor=SYSTEM)
    rep.refresh_from_db()
    assert rep.is_active
    assert Lead.objects.filter(owner=successor).count() == 2


def test_the_last_administrator_stays(admin, made):
    with pytest.raises(Conflict, match="only administrator"):
        account_close(user=admin, actor=SYSTEM)
    with pytest.raises(Conflict, match="only administrator"):
        role_revoke(user=admin, role=Role.ADMINISTRATOR, actor=SYSTEM)
    made("副 管理", "second@example.co.jp", Role.ADMINISTRATOR)
    account_close(user=admin, actor=SYSTEM)


def test_the_page_shows_the_preview_asks_for_each_kind_and_hands_over(as_admin, rep, successor):
    leads_of(rep, 4)
    address = reverse("accounts:leaving", args=[rep.uid])
    page = as_admin.get(address).content.decode()
    assert ">4<" in page
    missing = as_admin.post(address, {"how": "leaves"})
    assert missing.context["form"].errors["leads.owned"]
    assert Lead.objects.filter(owner=rep).count() == 4
    answer = as_admin.post(address, {"how": "leaves", "leads.owned": successor.pk})
    assert answer.url == reverse("accounts:person", args=[rep.uid])
    rep.refresh_from_db()
    assert not rep.is_active
    assert Lead.objects.filter(owner=successor).count() == 4
    as_admin.post(reverse("accounts:person_write", args=[rep.uid, "reopen"]))
    rep.refresh_from_db()
    assert rep.is_active
    assert not rep.has_usable_password()


def test_the_number_of_queries_does_not_follow_the_number_of_leads(
    rep, successor, django_assert_max_num_queries
):
    leads_of(rep, 60)
    with django_assert_max_num_queries(46):
        departure_execute(
            user=rep, successors={"leads.owned": successor}, closes=True, actor=SYSTEM
        )
