"""Invitations: by mail, once, for seven days; the first sign-in by password or passkey."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.accounts.conftest import PASSWORD

from teichaku.accounts.invitations import (
    invitation_accept,
    invitation_of,
    invitation_open,
    invitation_token,
    person_invite,
)
from teichaku.accounts.models import Invitation, Membership, Role, TeamMembership, User
from teichaku.accounts.selectors import today, user_roles
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry

pytestmark = pytest.mark.django_db
INVITED = {
    "name": "田中 次郎",
    "email": "Jiro@example.co.jp",
    "roles": ["sales_rep", "coach"],
    "department": "営業部",
    "team": "東日本",
}


def invited():
    return person_invite(name="田中", email="j@example.co.jp", roles=[Role.COACH], actor=SYSTEM)


def link_in(mail):
    return re.search(r"http://testserver(/accounts/invitation/\S+)", mail.text)[1]


def test_an_administrator_invites_and_the_person_signs_in(as_admin, admin, post_office):
    answer = as_admin.post(reverse("accounts:invite"), INVITED)
    user = User.objects.get(email="jiro@example.co.jp")
    assert answer.url == reverse("accounts:person", args=[user.uid])
    assert user_roles(user, today()) == {Role.SALES_REP, Role.COACH}
    assert Membership.objects.get(user=user).department.name == "営業部"
    assert TeamMembership.objects.get(user=user).team.label == "東日本"
    (mail,) = post_office.mails
    assert mail.to == ["jiro@example.co.jp"]
    assert admin.name in mail.text

    person = Client()
    link = link_in(mail)
    assert "田中 次郎" in person.get(link).content.decode()
    answer = person.post(link, {"kana": "タナカ ジロウ", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/")
    assert person.session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.kana == "タナカ ジロウ"
    assert user.check_password(PASSWORD)
    assert person.get(link).status_code == 404  # it worked once


def test_someone_may_start_without_a_password_and_is_led_to_a_passkey(client):
    link = reverse("accounts:invitation", args=[invitation_token(invited())])
    answer = client.post(link, {"kana": "", "password": "", "passkey": "1"})
    assert answer.url == reverse("mfa_add_webauthn")
    assert client.get(answer.url).status_code == 200
    assert not User.objects.get(email="j@example.co.jp").has_usable_password()


@pytest.mark.parametrize(("typed", "why"), [("", "パスキー"), ("12345678", "パスワード")])
def test_no_or_a_weak_password_is_refused_and_the_link_still_works(client, typed, why):
    link = reverse("accounts:invitation", args=[invitation_token(invited())])
    answer = client.post(link, {"kana": "タナカ", "password": typed}, HTTP_ACCEPT_LANGUAGE="ja")
    assert answer.context["form"].errors["password"]
    assert 'value="タナカ"' in answer.content.decode()
    assert client.get(link).status_code == 200


def test_a_link_ends_after_seven_days_and_not_before():
    token = invitation_token(invited())
    with clock.moved_to(clock.now() + timedelta(days=7, seconds=-9)):
        assert invitation_of(token)
    with clock.moved_to(clock.now() + timedelta(days=7, seconds=9)):
        assert invitation_of(token) is None


def test_a_new_link_ends_the_old_one_and_a_revoked_one_leads_nowhere(as_admin, post_office):
    first = invited()
    user = first.user
    assert as_admin.post(reverse("accounts:person_write", args=[user.uid, "invitation"])).url
    (mail,) = post_office.mails
    assert invitation_of(invitation_token(first)) is None
    assert Client().get(link_in(mail)).status_code == 200
    as_admin.post(reverse("accounts:person_write", args=[user.uid, "invitation-revoke"]))
    assert Client().get(link_in(mail)).status_code == 404


def test_a_forged_link_and_one_of_a_closed_account_lead_nowhere(client):
    invitation = invited()
    token = invitation_token(invitation)
    assert client.get(reverse("accounts:invitation", args=[token[:-2] + "xx"])).status_code == 404
    User.objects.update(is_active=False)
    assert client.get(reverse("accounts:invitation", args=[token])).status_code == 404


def test_two_at_once_take_the_link_only_once():
    invitation = invited()
    invitation_accept(invitation=invitation, password=PASSWORD)
    with pytest.raises(Conflict):
        invitation_accept(invitation=invitation, password="another-plum-44")
    assert User.objects.get().check_password(PASSWORD)


def test_the_database_keeps_no_link():
    token = invitation_token(invited())
    stored = str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))
    assert token not in stored


def test_whoever_cannot_sign_in_cannot_be_invited(made):
    user = made("閉", "closed@example.co.jp", can_sign_in=False)
    with pytest.raises(Conflict, match="cannot be invited"):
        invitation_open(user=user, actor=SYSTEM)


def test_a_mail_server_that_does_not_answer_is_said_and_the_link_is_shown(as_admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = as_admin.post(reverse("accounts:invite"), INVITED, follow=True)
    page = answer.content.decode()
    assert 'data-tone="near"' in page
    assert "/accounts/invitation/" in page
    assert User.objects.filter(email="jiro@example.co.jp").exists()


def test_a_wrong_form_keeps_what_was_typed_and_says_what_is_wrong(as_admin):
    answer = as_admin.post(reverse("accounts:invite"), {**INVITED, "email": "no address"})
    assert answer.context["form"].errors["email"]
    assert "田中 次郎" in answer.content.decode()
    answer = as_admin.post(reverse("accounts:invite"), {**INVITED, "email": "admin@example.co.jp"})
    assert answer.context["form"].non_field_errors()
    assert User.objects.count() == 1
