"""People as doers of writes."""

from __future__ import annotations

from django.http import HttpRequest

from teichaku.accounts.models import User
from teichaku.core.actors import Actor


def actor_of(user: User) -> Actor:
    """The person as the doer of a write."""
    return Actor(kind="human", name=user.name, user_id=user.pk)


def person_of(request: HttpRequest) -> User:
    """The person who asks; only for pages that need one to be signed in."""
    assert isinstance(request.user, User)
    return request.user
