"""Mails about accounts that are our own; those of the sign-in library have templates."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from teichaku.accounts.invitations import invitation_token
from teichaku.accounts.models import Invitation

logger = logging.getLogger(__name__)


def invitation_link(request: HttpRequest, invitation: Invitation) -> str:
    """The address that opens the invitation, for this site."""
    path = reverse("accounts:invitation", args=[invitation_token(invitation)])
    return request.build_absolute_uri(path)


def invitation_mail(request: HttpRequest, invitation: Invitation) -> bool:
    """Whether the mail with the link could be handed to the mail server."""
    context = {
        "invitation": invitation,
        "link": invitation_link(request, invitation),
        "last_day": timezone.localtime(invitation.expires_at).date(),
    }
    subject = render_to_string("accounts/invitation_subject.txt", context).strip()
    text = render_to_string("accounts/invitation_mail.txt", context)
    try:
        return bool(send_mail(subject, text, None, [invitation.user.email or ""]))
    except (OSError, SMTPException) as error:
        # No address in the log: which server failed and how is enough to mend it.
        logger.warning("an invitation could not be mailed: %s", type(error).__name__)
        return False
