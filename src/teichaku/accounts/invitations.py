"""Invitations: how a person comes to sign in for the first time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.actors import actor_of
from teichaku.accounts.memberships import departments_assign, teams_assign
from teichaku.accounts.models import Invitation, Role, User
from teichaku.accounts.selectors import today
from teichaku.accounts.services import role_grant, user_create, user_set_password
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit

VALID_FOR = timedelta(days=7)
_signer = signing.Signer(salt="teichaku invitation")


def person_invite(
    *,
    name: str,
    email: str,
    actor: Actor,
    roles: Collection[Role],
    department: str = "",
    teams: Collection[str] = (),
    kana: str = "",
) -> Invitation:
    """The invitation of a new person, who holds the roles and memberships from today on."""
    day = today()
    with transaction.atomic():
        user = user_create(name=name, email=email, kana=kana, actor=actor)
        for role in sorted(roles):
            role_grant(user=user, role=role, actor=actor, starts_on=day)
        if department:
            departments_assign({user.pk: department}, day)
        if teams:
            teams_assign({user.pk: frozenset(teams)}, day)
        return invitation_open(user=user, actor=actor)


def invitation_open(*, user: User, actor: Actor) -> Invitation:
    """A fresh invitation; an earlier link of the same person leads nowhere any more."""
    if not (user.is_active and user.can_sign_in and user.email):
        raise Conflict(
            _(
                "%(name)s cannot be invited: the account is closed, or has no e-mail address."
                " Enter an address and allow signing in first."
            )
            % {"name": user.name},
            user=user.uid,
        )
    now = clock.now()
    with transaction.atomic():
        _open_of(user).update(revoked_at=now)
        invitation = Invitation.objects.create(
            user=user, invited_by_id=actor.user_id, created_at=now, expires_at=now + VALID_FOR
        )
        _record(invitation, "accounts.invitation_open", actor)
    return invitation


def invitation_revoke(*, user: User, actor: Actor) -> None:
    """Nothing; the person's link leads nowhere any more."""
    with transaction.atomic():
        invitation = _open_of(user).first()
        if invitation is None:
            raise Conflict(
                _("%(name)s has no open invitation. Reload the page to see what holds now.")
                % {"name": user.name},
                user=user.uid,
            )
        _open_of(user).update(revoked_at=clock.now())
        _record(invitation, "accounts.invitation_revoke", actor)


def invitation_accept(*, invitation: Invitation, password: str, kana: str = "") -> User:
    """The person, who may now sign in; without a password they will do so by passkey."""
    user = invitation.user
    actor = actor_of(user)
    with transaction.atomic():
        taken = Invitation.objects.filter(
            pk=invitation.pk, accepted_at=None, revoked_at=None
        ).update(accepted_at=clock.now())
        if not taken:
            raise Conflict(
                _("This invitation has been used already. Sign in, or ask for a new one.")
            )
        if kana and kana != user.kana:
            user.kana = kana
            user.save(update_fields=["kana"])
        if password:
            user_set_password(user=user, password=password, actor=actor)
        _record(invitation, "accounts.invitation_accept", actor)
    return user


def invitation_token(invitation: Invitation) -> str:
    """The last part of the link: made from the secret key, so that no table holds it."""
    return _signer.sign(invitation.uid.hex)


def invitation_of(token: str) -> Invitation | None:
    """The invitation that the link still opens, or None."""
    try:
        uid = _signer.unsign(token)
    except signing.BadSignature:
        return None
    return (
        Invitation.objects.select_related("user", "invited_by")
        .filter(uid=uid, accepted_at=None, revoked_at=None, expires_at__gt=clock.now())
        .filter(user__is_active=True, user__can_sign_in=True)
        .first()
    )


def _open_of(user: User) -> QuerySet[Invitation]:
    return Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None)


def _record(invitation: Invitation, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor, action=action, object_type="accounts.user", object_id=invitation.user_id
    )
    outbox_emit(topic="accounts.people_changed", payload={"users": [invitation.user_id]})
