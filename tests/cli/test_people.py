"""The first administrator comes in by an address that the command line prints."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from teichaku.accounts.models import RoleGrant, User
from teichaku.cli import main

pytestmark = pytest.mark.django_db


def test_the_printed_address_lets_the_person_choose_a_password(client):
    ran = CliRunner().invoke(
        main, ["invite", "hana@example.co.jp", "--name", "佐藤 花", "--lang", "en"]
    )
    assert ran.exit_code == 0, ran.output
    address = ran.output.strip().splitlines()[-1]
    user = User.objects.get(email="hana@example.co.jp")
    assert [grant.role for grant in RoleGrant.objects.filter(user=user)] == ["administrator"]
    assert not user.has_usable_password()
    assert client.get(address).status_code == 200


def test_an_address_that_is_known_already_is_refused():
    for expected in (0, 1):
        ran = CliRunner().invoke(main, ["invite", "hana@example.co.jp", "--name", "佐藤 花"])
        assert ran.exit_code == expected, ran.output
