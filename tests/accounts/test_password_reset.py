"""A forgotten password: a link through a real mail connection, and nothing for strangers."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.accounts.conftest import PASSWORD

from teichaku.accounts.models import User
from teichaku.core.models import AuditEntry

pytestmark = pytest.mark.django_db
NEW = "nine-boats-on-a-lake-7"
ASK = reverse("account_reset_password")


@pytest.fixture
def user(made):
    return made("佐藤 花子", "hanako@example.co.jp")


def link_in(mail):
    return re.search(r"http://testserver(/accounts/forgotten/\S+)", mail.text)[1]


def test_the_link_in_the_mail_leads_to_a_new_password(client, user, post_office):
    elsewhere = Client()
    elsewhere.post(reverse("accounts:log_in"), {"login": user.email, "password": PASSWORD})
    assert client.post(ASK, {"email": "HANAKO@example.co.jp"}).status_code == 302
    (mail,) = post_office.mails
    assert mail.to == ["hanako@example.co.jp"]
    assert user.name in mail.text
    page = client.get(link_in(mail), follow=True)
    form_address = page.redirect_chain[-1][0]
    weak = client.post(form_address, {"password1": "12345", "password2": "12345"})
    assert weak.context["form"].errors
    done = client.post(form_address, {"password1": NEW, "password2": NEW})
    assert done.url == reverse("account_reset_password_from_key_done")
    assert User.objects.get().check_password(NEW)
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    assert "accounts.user_set_password" in set(AuditEntry.objects.values_list("action", flat=True))
    again = client.get(link_in(mail), follow=True).content.decode()
    assert "password1" not in again


def test_a_stranger_gets_no_mail_and_learns_nothing(client, user, post_office):
    known = client.post(ASK, {"email": user.email})
    unknown = client.post(ASK, {"email": "nobody@example.co.jp"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [mail.to for mail in post_office.mails] == [[user.email]]


@pytest.mark.parametrize("closed", [{"is_active": False}, {"can_sign_in": False}])
def test_a_closed_account_gets_no_link(client, user, post_office, closed):
    User.objects.update(**closed)
    client.post(ASK, {"email": user.email})
    assert post_office.mails == []


def test_asking_is_limited_for_each_address(client, user, post_office):
    statuses = [client.post(ASK, {"email": user.email}).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert len(post_office.mails) == 3


def test_someone_signed_in_changes_the_password_and_is_told_by_mail(client, user, post_office):
    client.post(reverse("accounts:log_in"), {"login": user.email, "password": PASSWORD})
    address = reverse("account_change_password")
    wrong = client.post(address, {"oldpassword": "no", "password1": NEW, "password2": NEW})
    assert wrong.context["form"].errors["oldpassword"]
    client.post(address, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert User.objects.get().check_password(NEW)
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert [mail.to for mail in post_office.mails] == [[user.email]]
