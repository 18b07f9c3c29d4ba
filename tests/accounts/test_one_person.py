"""One person: creation, password, roles, teams."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from teichaku.accounts.models import Role, RoleGrant, Team, TeamMembership, User
from teichaku.accounts.selectors import team_members, user_roles
from teichaku.accounts.services import role_grant, role_revoke, user_create, user_set_password
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, OutboxMessage

pytestmark = pytest.mark.django_db
PASSWORD = "plum-rain-42-lantern"
# 2026-04-01 in Tokyo, still March in UTC: the installation's day counts.
EARLY = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)


@pytest.fixture
def user():
    return user_create(name="佐藤 花子", email="Hanako@Example.co.jp ", actor=SYSTEM)


def test_an_address_is_kept_folded_and_found_however_it_is_spelt(user):
    assert user.email == "hanako@example.co.jp"
    assert User.objects.get_by_natural_key("HANAKO@example.co.jp").pk == user.pk


def test_an_address_belongs_to_one_person(user):
    with pytest.raises(Conflict, match=r"hanako@example\.co\.jp"):
        user_create(name="Other", email="hanako@EXAMPLE.co.jp", actor=SYSTEM)


@pytest.mark.parametrize("email", ["hanako", "@example.co.jp", "a@b", "a b@example.co.jp"])
def test_an_address_that_is_none_is_refused(email):
    with pytest.raises(InvalidInput, match="e-mail"):
        user_create(name="Sato", email=email, actor=SYSTEM)


def test_someone_without_address_cannot_sign_in():
    assert not user_create(name="Sato", actor=SYSTEM).can_sign_in
    with pytest.raises(InvalidInput):
        user_create(name=" ", actor=SYSTEM)


@pytest.mark.parametrize("long", ["name", "kana"])
def test_a_text_too_long_for_its_column_is_refused_with_the_limit(long):
    with pytest.raises(InvalidInput, match="200"):
        user_create(**{"name": "Sato", long: "あ" * 201}, actor=SYSTEM)


def test_a_new_person_is_audited_and_told_of(user):
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_id) == ("accounts.user_create", user.pk)
    assert OutboxMessage.objects.get().payload == {"users": [user.pk]}


def test_without_password_nobody_gets_in_and_a_weak_one_is_refused(user):
    assert not user.has_usable_password()
    with pytest.raises(InvalidInput, match=r"."):
        user_set_password(user=user, password="12345", actor=SYSTEM)
    user_set_password(user=user, password=PASSWORD, actor=SYSTEM)
    assert User.objects.get().check_password(PASSWORD)
    assert PASSWORD not in str(list(AuditEntry.objects.values()))


def test_a_role_holds_from_its_day_until_it_is_revoked(user):
    with clock.moved_to(EARLY):
        grant = role_grant(user=user, role=Role.SALES_REP, actor=SYSTEM)
        assert role_grant(user=user, role=Role.SALES_REP, actor=SYSTEM).pk == grant.pk
    with clock.moved_to(EARLY + timedelta(days=9)):
        role_revoke(user=user, role=Role.SALES_REP, actor=SYSTEM)
    assert user_roles(user, date(2026, 3, 31)) == frozenset()
    assert user_roles(user, date(2026, 4, 1)) == {Role.SALES_REP}
    assert user_roles(user, date(2026, 4, 9)) == {Role.SALES_REP}
    assert user_roles(user, date(2026, 4, 10)) == frozenset()
    assert [e.action for e in AuditEntry.objects.order_by("id")][1:] == [
        "accounts.role_grant",
        "accounts.role_revoke",
    ]


def test_a_role_of_today_is_gone_at_once_when_revoked(user):
    role_grant(user=user, role=Role.COACH, actor=SYSTEM)
    role_revoke(user=user, role=Role.COACH, actor=SYSTEM)
    assert not RoleGrant.objects.exists()
    with pytest.raises(Conflict):
        role_revoke(user=user, role=Role.COACH, actor=SYSTEM)


def test_team_members_are_those_of_the_day(user):
    team = Team.objects.create(key="east", label="East")
    TeamMembership.objects.create(
        user=user, team=team, starts_on=date(2026, 1, 1), ends_before=date(2026, 2, 1)
    )
    assert list(team_members(team, date(2026, 1, 31))) == [user]
    assert list(team_members(team, date(2026, 2, 1))) == []


@pytest.mark.parametrize(
    "write",
    [
        lambda u: User.objects.filter(pk=u.pk).update(email="Upper@example.co.jp"),
        lambda u: User.objects.filter(pk=u.pk).update(email=None),
        lambda u: User.objects.filter(pk=u.pk).update(manager=u),
        lambda u: RoleGrant.objects.create(user=u, role="king", starts_on=date(2026, 1, 1)),
        lambda u: RoleGrant.objects.create(
            user=u, role="coach", starts_on=date(2026, 1, 1), ends_before=date(2026, 1, 1)
        ),
    ],
)
def test_the_database_itself_refuses_nonsense(user, write):
    with pytest.raises(IntegrityError), transaction.atomic():
        write(user)
