"""Every address of the site for every role, for someone without a role, and for a stranger."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import get_resolver, path, reverse
from tests.accounts.conftest import PASSWORD

from teichaku.accounts import checks
from teichaku.accounts.access import OPEN, SIGNED_IN, needs
from teichaku.accounts.models import Role, RoleRight
from teichaku.accounts.role_rights import (
    pairs_allowed,
    pairs_by_default,
    role_rights_reset,
    role_rights_write,
)
from teichaku.accounts.services import role_grant, user_create
from teichaku.accounts.standing_guard import MANAGE
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry
from teichaku.core.registry import Right, rights

pytestmark = pytest.mark.django_db
# What stands for each kind of part of an address; nothing of that name exists.
PARTS = {
    "uuid": str(uuid.UUID(int=7)),
    "int": "7",
    "slug": "nothing",
    "str": "nothing",
    "path": "nothing",
}
NOBODY, STRANGER = "no role", "stranger"


def concrete(address):
    """The address with something in place of each of its parts."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda part: PARTS[part[1] or "str"], address)
    filled = re.sub(r"\(\?P<\w+>[^)]*\)", "1", filled)
    return "/" + filled.replace("^", "").replace("$", "").replace("\\", "")


def pages():
    """Every address with the right that its page needs."""
    found = {}
    for address, entry in checks.views_by_address():
        found[concrete(address)] = entry.callback.right
    return found


@pytest.fixture
def clients():
    """A browser of each role, of someone without one, and of a stranger."""
    found = {STRANGER: Client(raise_request_exception=False)}
    for name in (*Role.values, NOBODY):
        email = f"{name.replace(' ', '')}@example.jp"
        user = user_create(name=name, email=email, password=PASSWORD, actor=SYSTEM)
        if name != NOBODY:
            role_grant(user=user, role=Role(name), actor=SYSTEM)
        found[name] = Client(raise_request_exception=False)
        found[name].force_login(user)
    return found


def held_by(role):
    return {name for name, right in rights.items() if role in right.roles}


def test_there_are_pages_of_every_kind():
    wanted = set(pages().values())
    assert {OPEN, SIGNED_IN, MANAGE} <= wanted
    assert len(pages()) > 40


def test_every_page_opens_for_those_who_may_and_for_nobody_else(clients):
    log_in = reverse("accounts:log_in")
    wrong = []
    for address, right in pages().items():
        if address == reverse("accounts:log_out"):
            continue  # it would end the session; it is open to all
        for who, client in clients.items():
            answer = client.get(address)
            if answer.status_code == 405:  # it only writes
                answer = client.post(address)
            if right == OPEN:
                allowed = True
            elif who == STRANGER:
                allowed = False
            else:
                allowed = right == SIGNED_IN or right in held_by(who)
            sent_to_log_in = answer.status_code == 302 and answer.url.startswith(log_in)
            if who == STRANGER and not allowed:
                fine = sent_to_log_in
            elif allowed:
                fine = answer.status_code not in (403, 500) and not (
                    sent_to_log_in and who != STRANGER
                )
            else:
                fine = answer.status_code == 403
            if not fine:
                wrong.append(f"{address} ({right}) for {who}: {answer.status_code}")
    assert wrong == []


def test_the_refusal_names_the_right_and_a_part_of_a_page_sends_strangers_to_sign_in(clients):
    page = clients["sales_rep"].get(reverse("accounts:people")).content.decode()
    assert str(rights.get(MANAGE).label) in page
    part = clients[STRANGER].get(reverse("accounts:people"), HTTP_HX_REQUEST="true")
    assert (part.status_code, part["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize(
    ("view", "number"),
    [
        (lambda request: None, "teichaku.E201"),
        (needs("nobody.declared")(lambda request: None), "teichaku.E202"),
    ],
)
def test_a_page_without_a_declared_right_is_found_at_start(monkeypatch, view, number):
    assert checks.check_rights(None) == []
    site = get_resolver()
    patterns = [*site.url_patterns, path("new/", view)]
    monkeypatch.setattr(site, "url_patterns", patterns)
    (found,) = checks.check_rights(None)
    assert found.id == number
    assert "'new/'" in found.msg
    assert found.hint


def test_a_right_for_a_role_that_does_not_exist_is_found(monkeypatch):
    monkeypatch.setitem(rights._items, "x.y", Right("x", "y", roles=frozenset({"king"})))
    assert [found.id for found in checks.check_rights(None)] == ["teichaku.E203"]


def test_a_decision_gives_or_takes_a_right_and_the_delivered_table_comes_back(clients):
    pair = (Role.SALES_REP.value, MANAGE)
    people = reverse("accounts:people")
    assert clients["sales_rep"].get(people).status_code == 403
    before = pairs_allowed()
    assert before == pairs_by_default()
    assert role_rights_write(allowed=before | {pair}, actor=SYSTEM) == 1
    assert clients["sales_rep"].get(people).status_code == 200
    entry = AuditEntry.objects.filter(action="accounts.role_rights_write").get()
    assert entry.count == 1
    assert role_rights_write(allowed=pairs_allowed(), actor=SYSTEM) == 0
    assert role_rights_reset(actor=SYSTEM) == 1
    assert clients["sales_rep"].get(people).status_code == 403
    assert not RoleRight.objects.exists()


def test_administrators_cannot_lock_themselves_out():
    with pytest.raises(Conflict, match="nobody could give it back"):
        role_rights_write(allowed=set(), actor=SYSTEM)


def test_the_page_of_rights_saves_what_is_ticked(as_admin):
    page = as_admin.get(reverse("accounts:rights"))
    assert page.status_code == 200
    ticked = [f"{role}:{name}" for role, name in pairs_allowed() | {("coach", MANAGE)}]
    as_admin.post(reverse("accounts:rights"), {"allowed": ticked})
    assert ("coach", MANAGE) in pairs_allowed()
    assert 'class="differs"' in as_admin.get(reverse("accounts:rights")).content.decode()
    as_admin.post(reverse("accounts:rights_reset"))
    assert pairs_allowed() == pairs_by_default()
