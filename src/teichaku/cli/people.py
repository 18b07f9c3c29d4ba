"""The first person of an installation, and anyone who cannot be reached by mail."""

from __future__ import annotations

import click
from django.urls import reverse
from django.utils.translation import gettext as _

from teichaku.accounts.invitations import VALID_FOR, invitation_token, person_invite
from teichaku.accounts.models import Role
from teichaku.cli.data import COMMAND_LINE


def invite(email: str, name: str, roles: tuple[str, ...]) -> None:
    """The address at which the person chooses a password or passkey, once."""
    invitation = person_invite(
        name=name, email=email, roles=[Role(role) for role in roles], actor=COMMAND_LINE
    )
    token = invitation_token(invitation)
    click.echo(
        _("Hand this address over; it works once, within %(days)d days. Put your host before it:")
        % {"days": VALID_FOR.days}
    )
    click.echo(reverse("accounts:invitation", args=[token]))
