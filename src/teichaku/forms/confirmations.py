"""Asking by mail whether an address is the person's own: only then does a consent hold.

Opening the link changes nothing, for mail scanners open every link; a button on its page does.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.consent.services import basis_record
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.addresses import absolute
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.forms.definition import definition_of
from teichaku.forms.models import Confirmation, Submission
from teichaku.forms.tokens import confirm_token
from teichaku.leads.models import Lead
from teichaku.notify.letter_text import sender_display
from teichaku.notify.letters import TRANSACTIONAL, NewLetter, letters_queue

GOOD_FOR = timedelta(days=7)
PAUSE = timedelta(minutes=5)
MOST_ASKED = 3


def confirmation_ask(*, submission: Submission, actor: Actor) -> Confirmation:
    """The open confirmation, with its first mail on the way; part of the transaction."""
    now = clock.now()
    row = Confirmation.objects.create(
        submission=submission, asked_at=now, expires_at=now + GOOD_FOR
    )
    _letter(row, actor)
    return row


def confirmation_ask_again(*, confirmation: Confirmation, actor: Actor) -> None:
    """Nothing; one more mail is on its way. Too soon or too often, ``Conflict``."""
    now = clock.now()
    with transaction.atomic():
        asked = Confirmation.objects.filter(
            pk=confirmation.pk,
            confirmed_at=None,
            asked__lt=MOST_ASKED,
            asked_at__lte=now - PAUSE,
        ).update(asked=confirmation.asked + 1, asked_at=now, expires_at=now + GOOD_FOR)
        if not asked:
            raise Conflict(_why_not(confirmation))
        confirmation.refresh_from_db()
        _letter(confirmation, actor)
        _record(confirmation, "confirmation_ask_again", actor)


def confirmation_confirm(*, confirmation: Confirmation, actor: Actor) -> bool:
    """Whether it was confirmed just now; before, nothing happens. Too late, ``Conflict``."""
    now = clock.now()
    with transaction.atomic():
        confirmed = Confirmation.objects.filter(
            pk=confirmation.pk, confirmed_at=None, expires_at__gt=now
        ).update(confirmed_at=now)
        confirmation.refresh_from_db()
        if confirmation.confirmed_at is None:
            raise Conflict(_("The link is too old. Ask for a new one."))
        if confirmed:
            consent_record(submission=confirmation.submission, actor=actor)
            _record(confirmation, "confirmation_confirm", actor)
    return bool(confirmed)


def consent_record(*, submission: Submission, actor: Actor) -> None:
    """Nothing; what the person agreed to is a lawful basis. Part of the transaction."""
    lead = submission.lead
    assert lead is not None
    # After a merge or an edit the lead may have another address, for which nobody agreed.
    same = Lead.objects.filter(root=lead.root_id, email_key=submission.email_key)
    holder = same.order_by("pk").first()
    if holder is None or submission.consent_text is None:
        return
    revision, obtained_at = submission.revision, submission.at
    with translation.override(settings.LANGUAGE_CODE):
        evidence = _("Ticked in the form “%(form)s”, edition %(number)s.") % {
            "form": revision.form.name,
            "number": revision.number,
        }
        if hasattr(submission, "confirmation"):
            obtained_at = submission.confirmation.confirmed_at or obtained_at
            evidence = f"{evidence} {_('Confirmed by a link that was mailed to the address.')}"
    basis_record(
        lead=holder,
        channel="email",
        kind="consent",
        obtained_at=obtained_at,
        evidence=evidence,
        source=f"form:{revision.form.slug}",
        text_hash=submission.consent_text.hash,
        actor=actor,
    )


def _why_not(confirmation: Confirmation) -> str:
    if confirmation.confirmed_at is not None:
        return _("The address is confirmed already.")
    if confirmation.asked >= MOST_ASKED:
        return _("The mail was sent as often as we can. Please fill in the form once more.")
    return _("The mail was sent a moment ago. Wait five minutes and look into the spam folder too.")


def _letter(confirmation: Confirmation, actor: Actor) -> None:
    submission = confirmation.submission
    definition = definition_of(submission.revision.document)
    with translation.override(submission.language):
        # Nothing of what was typed stands in it: else anybody could have us mail their text.
        told = {"sender": sender_display().name, "title": definition.title}
        letter = NewLetter(
            key=f"forms.confirm:{submission.uid}:{confirmation.asked}",
            address=submission.email_key,
            purpose=TRANSACTIONAL,
            subject=_("Please confirm your e-mail address (%(sender)s)") % told,
            body=_(
                "This address was entered in the form “%(title)s” of %(sender)s, with consent to"
                " mails from us.\n\nIf that was you, open the page below and press the button"
                " there.\n\nIf it was not, you need do nothing: without a confirmation no"
                " advertising is sent."
            )
            % told,
            link=absolute(reverse("forms:confirm", args=[confirm_token(submission)])),
            link_label=_("Page for confirming (good for 7 days)"),
            lead=submission.lead_id,
            language=submission.language,
        )
    letters_queue(rows=[letter], actor=actor)


def _record(confirmation: Confirmation, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor,
        action=f"forms.{action}",
        object_type="forms.confirmation",
        object_id=confirmation.pk,
    )
    outbox_emit(topic="forms.confirmed", payload={"submission": confirmation.submission_id})
