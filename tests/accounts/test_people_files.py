"""People from files: matching, blanks, bad lines, unknown owners."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teichaku.accounts.models import (
    Membership,
    Role,
    RoleGrant,
    TeamMembership,
    User,
    UserIdentity,
)
from teichaku.accounts.people import PersonRow
from teichaku.accounts.services import owner_ensure, people_import, user_create
from teichaku.core.actors import Actor
from teichaku.core.models import AuditEntry, Change

pytestmark = pytest.mark.django_db
ACTOR = Actor(kind="import", name="users.csv")
TARO = PersonRow(
    line=2,
    external_id="1",
    email="taro@example.co.jp",
    name="山田 太郎",
    role="sales_rep",
    department="営業部",
    team="East",
    manager="2",
)
BOSS = PersonRow(line=3, external_id="2", email="boss@example.co.jp", name="鈴木 次郎")


def imported(*rows, system="sfa"):
    return people_import(rows=list(rows), system=system, actor=ACTOR)


def counts(result):
    return (result.created, result.updated, result.unchanged, len(result.rejected))


def content():
    """Everything that an import writes, without the ids inside."""
    return (
        sorted(User.objects.values_list("name", "email", "can_sign_in", "manager__name"), key=repr),
        sorted(UserIdentity.objects.values_list("user__name", "system", "external_id")),
        sorted(RoleGrant.objects.values_list("user__name", "role")),
        sorted(Membership.objects.values_list("user__name", "department__name", "ends_before")),
        sorted(TeamMembership.objects.values_list("user__name", "team__label", "ends_before")),
    )


def test_people_come_in_with_all_that_the_file_says():
    assert counts(imported(TARO, BOSS)) == (2, 0, 0, 0)
    taro = User.objects.get(email="taro@example.co.jp")
    assert taro.manager == User.objects.get(email="boss@example.co.jp")
    assert taro.can_sign_in
    assert not taro.has_usable_password()
    assert RoleGrant.objects.get().role == Role.SALES_REP
    assert Membership.objects.get().department.name == "営業部"
    assert TeamMembership.objects.get().team.key == "east"
    assert AuditEntry.objects.get().count == 2


def test_the_same_file_twice_changes_nothing():
    imported(TARO, BOSS)
    before = content()
    assert counts(imported(TARO, BOSS)) == (0, 0, 2, 0)
    assert content() == before
    assert not Change.objects.exclude(field="manager").exists()
    assert AuditEntry.objects.count() == 1


def test_blank_never_overwrites_and_another_value_does():
    imported(TARO)
    result = imported(PersonRow(line=2, external_id="1", department="第二営業部"))
    assert counts(result) == (0, 1, 0, 0)
    taro = User.objects.get(email="taro@example.co.jp")
    assert taro.name == "山田 太郎"
    assert Membership.objects.get(ends_before=None).department.name == "第二営業部"
    imported(PersonRow(line=2, external_id="1", name="山田 太朗"))
    change = Change.objects.get(field="name")
    assert (change.old, change.new, change.source) == ("山田 太郎", "山田 太朗", "sfa")


def test_one_address_is_one_person_across_systems():
    imported(TARO)
    result = imported(
        PersonRow(line=2, external_id="9", email="ＴＡＲＯ@example.co.jp"), system="ma"
    )
    assert counts(result) == (0, 0, 1, 0)
    assert UserIdentity.objects.filter(user__email="taro@example.co.jp").count() == 2


def test_one_id_in_two_systems_is_two_people():
    imported(PersonRow(line=2, external_id="1", name="A"))
    imported(PersonRow(line=2, external_id="1", name="B"), system="ma")
    assert User.objects.count() == 2


def test_bad_lines_are_told_and_the_others_come_in():
    result = imported(
        PersonRow(line=2, department="営業部"),
        PersonRow(line=3, name="A", email="no address"),
        PersonRow(line=4, external_id="4", role="king"),
        PersonRow(line=5, external_id="5", name="A" * 201),
        BOSS,
    )
    assert [(bad.line, bad.code) for bad in result.rejected] == [
        (2, "nobody"),
        (3, "bad_email"),
        (4, "unknown_role"),
        (5, "too_long"),
    ]
    assert "sales_manager" in result.rejected[2].message
    assert result.created == 1


def test_an_id_and_an_address_of_two_people_are_rejected():
    imported(TARO, BOSS)
    result = imported(PersonRow(line=2, external_id="1", email="boss@example.co.jp"))
    assert [bad.code for bad in result.rejected] == ["two_people"]
    assert User.objects.get(email="taro@example.co.jp").name == "山田 太郎"


def test_several_lines_give_several_roles_and_teams():
    imported(
        PersonRow(line=2, external_id="1", role="Sales Rep", team="East"),
        PersonRow(line=3, external_id="1", role="coach", team="West"),
    )
    assert set(RoleGrant.objects.values_list("role", flat=True)) == {"sales_rep", "coach"}
    assert TeamMembership.objects.count() == 2
    imported(PersonRow(line=2, external_id="1", team="West"))
    assert TeamMembership.objects.get(ends_before=None).team.label == "West"


def test_a_line_with_a_name_alone_means_the_only_one_of_that_name():
    imported(TARO)
    assert counts(imported(PersonRow(line=2, name="山田太郎", role="coach"))) == (0, 1, 0, 0)
    imported(PersonRow(line=2, external_id="8", email="t2@example.co.jp", name="山田 太郎"))
    result = imported(PersonRow(line=2, name="山田太郎"))
    assert [bad.code for bad in result.rejected] == ["namesakes"]
    inside = imported(
        PersonRow(line=2, external_id="20", name="林 一"),
        PersonRow(line=3, name="林　一", department="営業部"),
    )
    assert counts(inside) == (1, 0, 0, 0)
    assert Membership.objects.get(user__name__startswith="林").department.name == "営業部"


def test_the_head_of_the_house_is_not_his_own_manager():
    imported(PersonRow(line=2, external_id="1", name="社長 一郎", manager="1"))
    assert User.objects.get().manager is None


def test_a_department_left_on_a_later_day_stays_as_history():
    imported(TARO)
    Membership.objects.update(starts_on="2026-01-01")
    imported(PersonRow(line=2, external_id="1", department="企画部"))
    former, present = Membership.objects.order_by("starts_on")
    assert former.ends_before == present.starts_on
    assert present.department.name == "企画部"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_lines_never_matters(order):
    rows = [
        TARO,
        BOSS,
        PersonRow(line=4, external_id="1", name="山田 太朗", department="企画部"),
        PersonRow(line=5, external_id="3", email="TARO@example.co.jp", manager="誰か 知らない"),
    ]
    imported(*(rows[i] for i in order))
    expected = content()
    User.objects.update(manager=None)
    User.objects.all().delete()
    imported(*rows)
    assert content() == expected


texts = st.sampled_from(["", "1", "2", "山田太郎"])
row_strategy = st.builds(
    PersonRow,
    line=st.integers(2, 99),
    external_id=texts,
    email=st.sampled_from(["", "a@example.jp", "b@example.jp"]),
    name=st.sampled_from(["", "山田 太郎", "山田太郎", "Taro", "1"]),
    department=st.sampled_from(["", "D1", "D2"]),
    team=st.sampled_from(["", "T1", "T2"]),
    manager=st.sampled_from(["", "1", "2", "山田太郎", "x@example.jp"]),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(row_strategy, max_size=5), data=st.data())
def test_any_file_in_any_order_gives_the_same_people(rows, data):
    shuffled = data.draw(st.permutations(rows))
    found = []
    for attempt in (rows, shuffled):
        User.objects.update(manager=None)
        User.objects.all().delete()
        imported(*attempt)
        found.append(content())
        again = imported(*attempt)
        assert (again.created, again.updated) == (0, 0)
    assert found[0] == found[1]


def test_an_unknown_owner_becomes_someone_who_cannot_sign_in():
    ids = owner_ensure(owners=[" rep-7 ", "rep-7", ""], system="sfa", actor=ACTOR)
    owner = User.objects.get()
    assert ids == {" rep-7 ": owner.pk, "rep-7": owner.pk}
    assert not owner.can_sign_in
    assert owner_ensure(owners=["rep-7"], system="sfa", actor=ACTOR) == {"rep-7": owner.pk}
    assert AuditEntry.objects.count() == 1


def test_an_owner_is_found_by_id_then_address_then_name():
    taro = user_create(name="山田 太郎", email="taro@example.co.jp", actor=ACTOR)
    other = user_create(name="taro@example.co.jp", actor=ACTOR)
    UserIdentity.objects.create(user=other, system="sfa", external_id="山田太郎")
    found = owner_ensure(
        owners=["山田太郎", "山田　太郎", "Taro@example.co.jp"], system="sfa", actor=ACTOR
    )
    assert found == {
        "山田太郎": other.pk,
        "山田　太郎": taro.pk,
        "Taro@example.co.jp": taro.pk,
    }


def test_a_name_of_two_people_is_nobody_of_them():
    known = {user_create(name="山田 太郎", actor=ACTOR).pk for _ in "ab"}
    assert owner_ensure(owners=["山田太郎"], system="sfa", actor=ACTOR)["山田太郎"] not in known


def test_a_number_of_one_system_is_nobody_in_another():
    first = owner_ensure(owners=["1"], system="ma", actor=ACTOR)
    second = owner_ensure(owners=["1"], system="sfa", actor=ACTOR)
    assert first["1"] != second["1"]


def test_ids_that_differ_in_case_alone_are_two_people():
    found = owner_ensure(owners=["005xAa", "005xAA"], system="sfa", actor=ACTOR)
    assert found["005xAa"] != found["005xAA"]


def test_two_spellings_of_an_unknown_name_are_one_person():
    found = owner_ensure(owners=["山田　太郎", "山田太郎"], system="sfa", actor=ACTOR)
    assert len(set(found.values())) == 1


@pytest.mark.parametrize("owner", ["1", "taro@example.co.jp", "山田太郎"])
def test_it_does_not_matter_whether_deals_or_users_come_first(owner):
    ids = owner_ensure(owners=[owner], system="sfa", actor=ACTOR)
    imported(TARO, BOSS)
    taro = User.objects.get(email="taro@example.co.jp")
    assert ids == {owner: taro.pk}
    assert taro.can_sign_in
    assert owner_ensure(owners=[owner], system="sfa", actor=ACTOR) == ids


def test_the_number_of_queries_does_not_follow_the_number_of_people(
    django_assert_max_num_queries,
):
    rows = [
        PersonRow(
            line=n,
            external_id=str(n),
            email=f"p{n}@example.jp",
            department=f"D{n % 5}",
            team=f"T{n % 3}",
            role="marketer",
        )
        for n in range(150)
    ]
    with django_assert_max_num_queries(40):
        imported(*rows)
