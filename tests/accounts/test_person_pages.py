"""The pages of people: the list, one person, one's own page; what they write and refuse."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from teichaku.accounts.models import Absence, Deputy, Membership, Role, RoleGrant, User
from teichaku.accounts.people_list import people_page
from teichaku.accounts.selectors import absent_days, deputies_on, today, user_roles
from teichaku.accounts.services import owner_ensure, user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.models import Change, OutboxMessage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def rep(made):
    return made("佐藤 太郎", "taro@example.co.jp", Role.SALES_REP, kana="サトウ タロウ")


@pytest.fixture
def as_rep(rep):
    client = Client()
    client.force_login(rep)
    return client


def write(client, user, part, **values):
    return client.post(reverse("accounts:person_write", args=[user.uid, part]), values)


def test_the_list_shows_states_roles_and_places_by_reading(as_admin, rep, made):
    made("阿部 花", "hana@example.co.jp", Role.MARKETER, kana="アベ ハナ")
    owner_ensure(owners=["rep-9"], system="sfa", actor=SYSTEM)
    User.objects.create(name="退社 済", is_active=False, can_sign_in=False)
    page = people_page()
    assert [line.user.name for line in page.lines] == ["阿部 花", "佐藤 太郎", "管理 一郎"]
    assert page.counts == {"working": 3, "invited": 0, "left": 1, "named": 1}
    assert [line.user.name for line in people_page(state="named").lines] == ["rep-9"]
    assert [line.user.name for line in people_page(text="サトウ").lines] == ["佐藤 太郎"]
    assert [line.user.name for line in people_page(role="marketer").lines] == ["阿部 花"]
    answer = as_admin.get(reverse("accounts:people"), {"state": "left"})
    assert "退社 済" in answer.content.decode()


def test_pages_follow_each_other_without_gap_or_repeat():
    for n in range(120):
        user_create(name="同名", email=f"p{n}@example.jp", actor=SYSTEM)
    seen, after = [], None
    while True:
        page = people_page(after=after)
        seen += [line.user.pk for line in page.lines]
        after = page.after
        if after is None:
            break
    assert len(seen) == 120
    assert len(set(seen)) == 120


def test_the_list_asks_the_database_the_same_number_of_times(
    as_admin, django_assert_max_num_queries, rep
):
    for n in range(40):
        user_create(name=f"人{n}", email=f"p{n}@example.jp", actor=SYSTEM)
    with django_assert_max_num_queries(19):  # five look after the background work and what waits
        assert as_admin.get(reverse("accounts:people")).status_code == 200


def test_an_administrator_writes_every_part_of_a_person(as_admin, rep, admin):
    facts = {"name": "佐藤 太朗", "kana": "サトウ タロウ", "email": rep.email, "can_sign_in": "on"}
    assert write(as_admin, rep, "facts", **facts, manager=admin.pk).status_code == 302
    rep.refresh_from_db()
    assert (rep.name, rep.manager) == ("佐藤 太朗", admin)
    change = Change.objects.get(field="name")
    assert (change.old, change.new, change.actor_user_id) == ("佐藤 太郎", "佐藤 太朗", admin.pk)
    write(as_admin, rep, "role", role="coach", starts_on="2026/04/01")
    assert RoleGrant.objects.get(role="coach").starts_on == date(2026, 4, 1)
    write(as_admin, rep, "role-end", role="sales_rep")
    assert user_roles(rep, today()) == {Role.COACH}
    write(as_admin, rep, "department", department="営業部", starts_on="2026年4月1日")
    write(as_admin, rep, "department", department="企画部", starts_on="2026-05-01")
    former, present = Membership.objects.order_by("starts_on")
    assert (former.ends_before, present.department.name) == (date(2026, 5, 1), "企画部")
    write(as_admin, rep, "teams", another="東日本")
    write(as_admin, rep, "teams", teams=["東日本"], another="西日本")
    assert rep.team_memberships.filter(ends_before=None).count() == 2
    page = as_admin.get(reverse("accounts:person", args=[rep.uid]))
    assert page.status_code == 200
    assert "<c-" not in page.content.decode()
    assert "09:00-12:00" in page.content.decode()


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(as_admin, rep):
    answer = write(as_admin, rep, "facts", name="新しい名", email="no address", can_sign_in="on")
    assert answer.status_code == 422
    assert "新しい名" in answer.content.decode()
    answer = write(as_admin, rep, "facts", name="新しい名", email="admin@example.co.jp")
    assert answer.status_code == 422
    answer = write(as_admin, rep, "role", role="coach", starts_on="いつか")
    assert "いつか" in answer.content.decode()
    answer = write(as_admin, rep, "department", department="x", starts_on="2026-05-01")
    assert answer.status_code == 302
    answer = write(as_admin, rep, "department", department="y", starts_on="2026-04-01")
    assert answer.status_code == 422
    rep.refresh_from_db()
    assert rep.name == "佐藤 太郎"


def test_an_unknown_person_or_part_is_not_found(as_admin, rep):
    assert write(as_admin, rep, "nothing").status_code == 404
    missing = reverse("accounts:person", args=["00000000-0000-7000-8000-000000000000"])
    assert as_admin.get(missing).status_code == 404


def test_a_deputy_stands_in_on_the_days_named(as_admin, rep, admin):
    day = today()
    write(as_admin, rep, "deputy", deputy=admin.pk, starts_on=day, ends_on=day + 4 * DAY)
    assert deputies_on(day + 4 * DAY, [rep.pk]) == {rep.pk: admin}
    assert deputies_on(day + 5 * DAY, [rep.pk]) == {}
    again = write(as_admin, rep, "deputy", deputy=admin.pk, starts_on=day + 2 * DAY)
    assert again.status_code == 422
    late = write(as_admin, rep, "deputy", deputy=admin.pk, starts_on=day + 5 * DAY)
    assert late.status_code == 302
    assert Deputy.objects.count() == 2
    first = Deputy.objects.earliest("starts_on")
    write(as_admin, rep, "deputy-end", number=first.pk)
    assert deputies_on(day, [rep.pk]) == {}
    own = write(as_admin, rep, "deputy", deputy=rep.pk, starts_on=day)
    assert own.status_code == 422


def test_absences_are_days_both_ends_included(as_rep, rep, made):
    other = made("他", "other@example.co.jp")
    address = reverse("accounts:profile_write", args=["absence"])
    day = today()
    values = {
        "starts_on": day.isoformat(),
        "ends_on": (day + 2 * DAY).isoformat(),
        "note": "夏休み",
    }
    assert as_rep.post(address, values).status_code == 302
    found = absent_days([rep.pk, other.pk], day + DAY, day + 9 * DAY)
    assert found == {rep.pk: {day + DAY, day + 2 * DAY}, other.pk: frozenset()}
    assert OutboxMessage.objects.filter(topic="accounts.absences_changed").count() == 1
    assert "夏休み" in as_rep.get(reverse("accounts:profile")).content.decode()
    assert as_rep.post(address, values).status_code == 422  # these days are entered already
    backwards = {**values, "starts_on": (day + 9 * DAY).isoformat(), "ends_on": day.isoformat()}
    assert as_rep.post(address, backwards).status_code == 422
    remove = reverse("accounts:profile_write", args=["absence-remove"])
    as_rep.post(remove, {"number": Absence.objects.get().pk})
    assert not Absence.objects.exists()


def test_nobody_touches_the_absence_of_someone_else_on_their_own_page(as_rep, made):
    other = made("他", "other@example.co.jp")
    theirs = Absence.objects.create(user=other, starts_on=today(), ends_on=today())
    remove = reverse("accounts:profile_write", args=["absence-remove"])
    assert as_rep.post(remove, {"number": theirs.pk}).status_code == 422
    assert Absence.objects.exists()


def test_one_changes_name_and_language_and_never_roles(as_rep, rep):
    profile = reverse("accounts:profile_write", args=["profile"])
    answer = as_rep.post(profile, {"name": "佐藤 T", "kana": "サトウ", "language": "en"})
    assert answer.cookies["django_language"].value == "en"
    rep.refresh_from_db()
    assert (rep.name, rep.language) == ("佐藤 T", "en")
    role = reverse("accounts:profile_write", args=["role"])
    assert as_rep.post(role, {"role": "administrator", "starts_on": today()}).status_code == 404
