"""Signing in by e-mail."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from teichaku.accounts.models import User


class EmailBackend(ModelBackend):
    """Lets in active people who may sign in; someone known only from files never is."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Whether the person may sign in."""
        signs_in = isinstance(user, User) and user.can_sign_in
        return signs_in and super().user_can_authenticate(user)
