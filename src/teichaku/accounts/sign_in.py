"""How people sign in: what the sign-in library may decide, and what it leaves to us."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any, ClassVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.accounts.names import folded_email
from teichaku.accounts.services import user_set_password
from teichaku.core.secrets import decrypted, encrypted

logger = logging.getLogger(__name__)

REMEMBER = "remember"  # the wish "stay signed in", from the first step until the last one


def shown_name(user: AbstractBaseUser) -> str:
    """The name by which mails and devices call the person."""
    return cast(User, user).name


def session_length_apply(request: HttpRequest) -> None:
    """Nothing; the session lasts as long as the person asked for when signing in."""
    remembered = request.session.get(REMEMBER, False)
    request.session.set_expiry(settings.REMEMBERED_SESSION_AGE if remembered else None)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # the library has no types
    """Only people who were invited sign in; nobody opens an account for themselves."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "You are not signed in: no account that may sign in has this e-mail address and"
            " password. Check both for typing errors, or ask an administrator for a new"
            " password."
        ),
        "too_many_login_attempts": _(
            "Someone tried this too often from your network, or for this account. Wait five"
            " minutes and try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator invites."""
        return False

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """The answer for someone who may not sign in, else None; the wished length is noted."""
        request.session[REMEMBER] = bool(request.POST.get(REMEMBER))
        if not cast(User, user).can_sign_in:
            return cast(HttpResponse, self.respond_user_inactive(request, user))
        return cast("HttpResponse | None", super().pre_login(request, user, **kwargs))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Nothing; the person is signed in for as long as was asked for."""
        super().login(request, user)
        session_length_apply(request)

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """On to where the person wanted to go, in the language they chose."""
        response = cast(HttpResponse, super().post_login(request, user, **kwargs))
        language_cookie_set(response, cast(User, user).language)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing; a mail server that fails undoes nothing of what the mail tells."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.warning("%s could not be mailed: %s", template_prefix, type(error).__name__)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Nothing; the person's password is this one, and the audit knows."""
        user_set_password(
            user=cast(User, user), password=password, actor=actor_of(cast(User, user))
        )


def language_cookie_set(response: HttpResponse, language: str) -> None:
    """Nothing; pages of this browser come in the language, if the person chose one."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc] # the library has no types
    """Keeps the secrets of second steps unreadable in the database."""

    def encrypt(self, text: str) -> str:
        """The secret as it is stored."""
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that was stored."""
        return decrypted(encrypted_text)


class CompanyAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # no types
    """A company account opens the door of the person whose verified address it has."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: an administrator invites."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Nothing; the company account belongs to the person with its address from now on."""
        if sociallogin.is_existing:
            return
        verified = {
            folded_email(address.email)
            for address in sociallogin.email_addresses
            if address.verified
        }
        user = User.objects.filter(email__in=verified, is_active=True, can_sign_in=True).first()
        if user is None:
            page = render(request, "accounts/not_invited.html", status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, user)
