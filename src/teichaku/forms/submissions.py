"""What is handed in: kept with the text shown, and what comes of it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.accounts.models import Role, User
from teichaku.consent.services import consent_text_keep
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.forms.confirmations import confirmation_ask, consent_record
from teichaku.forms.definition import Definition, definition_of
from teichaku.forms.form_leads import campaign_of, lead_for
from teichaku.forms.guards import Attempt, Values, marks, suspicions
from teichaku.forms.models import Form, FormRevision, Submission
from teichaku.notify.letter_text import sender_display
from teichaku.notify.letters import TRANSACTIONAL, NewLetter, letters_queue
from teichaku.notify.models import Task
from teichaku.notify.services import notifications_create, task_create, task_dismiss
from teichaku.tracking.claims import How, claim
from teichaku.tracking.models import Visitor
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import shape_of

VISITOR_ACTOR = Actor(kind="integration", name="form")
EVENT_SOURCE = "teichaku-form"  # no file brings events of this source
REVIEW = "forms.review"
State = Submission.State


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a page sent, its values read and found to be possible."""

    nonce: str
    took: timedelta
    values: Values
    email_key: str
    consented: bool
    language: str
    trap: str = ""
    page: str = ""
    visitor: UUID | None = None


def submission_receive(*, revision: FormRevision, incoming: Incoming, actor: Actor) -> Submission:
    """The submission; the same page sent twice is one. What looks wrong waits for a person."""
    definition = definition_of(revision.document)
    with transaction.atomic():
        # One at a time for each form, so that two with a new address do not make two leads.
        form = Form.objects.select_for_update().get(pk=revision.form_id)
        known = Submission.objects.filter(nonce=incoming.nonce).first()
        if known is not None:
            return known
        found = suspicions(
            Attempt(
                form, definition, incoming.values, incoming.email_key, incoming.trap, incoming.took
            )
        )
        submission = _store(revision, definition, incoming, found, actor)
        if found:
            _ask_for_review(submission)
        else:
            _take(submission, definition, actor)
        _record(submission, "submission_receive", actor)
    return submission


def submission_accept(*, submission: Submission, actor: Actor) -> Submission:
    """The submission, taken in although it looked wrong: somebody saw that it is a person's."""
    with transaction.atomic():
        row = _waiting(submission)
        row.decided_at, row.decided_by_id = clock.now(), actor.user_id
        _take(row, definition_of(row.revision.document), actor)
        _record(row, "submission_accept", actor)
        _reviews_close(actor)
    return row


def submission_discard(*, submission: Submission, actor: Actor) -> None:
    """Nothing; nothing comes of it, and it stays on record."""
    with transaction.atomic():
        row = _waiting(submission)
        row.state = State.DISCARDED
        row.decided_at, row.decided_by_id = clock.now(), actor.user_id
        row.save(update_fields=["state", "decided_at", "decided_by"])
        _record(row, "submission_discard", actor)
        _reviews_close(actor)


def consent_shown(definition: Definition, language: str) -> str:
    """The text beside the box, exactly as people read it: with the sender's registered name."""
    if not definition.consent_text:
        return ""
    with translation.override(language):
        sender = _("Sender of the mails: %(name)s") % {"name": sender_display().name}
    return f"{definition.consent_text}\n{sender}"


def _store(
    revision: FormRevision,
    definition: Definition,
    incoming: Incoming,
    found: list[str],
    actor: Actor,
) -> Submission:
    shown = consent_shown(definition, incoming.language)
    return Submission.objects.create(
        revision=revision,
        nonce=incoming.nonce,
        at=clock.now(),
        language=incoming.language,
        values=dict(incoming.values),
        email_key=incoming.email_key,
        consent_text=consent_text_keep(text=shown, actor=actor) if shown else None,
        consented=incoming.consented and bool(shown),
        page=incoming.page,
        visitor=incoming.visitor,
        state=State.REVIEW,
        suspicions=found,
        marks=marks(definition, incoming.email_key),
    )


def _take(submission: Submission, definition: Definition, actor: Actor) -> None:
    """Nothing; lead, event, consent, answer and news of the submission are written."""
    lead = lead_for(submission=submission, definition=definition, actor=actor)
    submission.lead, submission.state = lead, State.TAKEN
    submission.save(update_fields=["lead", "state", "decided_at", "decided_by"])
    form = submission.revision.form
    campaign = campaign_of(definition, submission.values)
    shape = shape_of("form_submit", "", form.slug, "", campaign)
    events_write(
        rows=[
            EventRow(
                lead=lead.pk,
                shape=shape,
                at=submission.at,
                source=EVENT_SOURCE,
                external_id=str(submission.uid),
                recorded_at=clock.now(),
                url=submission.page,
            )
        ],
        actor=actor,
    )
    visitor = Visitor.objects.filter(uid=submission.visitor).first() if submission.visitor else None
    if visitor is not None:
        claim(visitor=visitor, lead=lead, how=How.FORM, actor=actor)
    if submission.consented and definition.confirm:
        confirmation_ask(submission=submission, actor=actor)
    elif submission.consented:
        consent_record(submission=submission, actor=actor)
    if definition.mail_subject:
        _answer(submission, definition, actor)
    receivers = User.objects.filter(uid__in=definition.receivers, is_active=True)
    params: Mapping[str, Json] = {"form": form.name}
    notifications_create(
        users=list(receivers),
        kind="forms.submitted",
        params=params,
        address=reverse("forms:submission", args=[submission.uid]),
        key=f"forms.submission:{submission.pk}",
        actor=actor,
    )


def _answer(submission: Submission, definition: Definition, actor: Actor) -> None:
    # Nothing of what was typed stands in it: else anybody could have us mail their text.
    letter = NewLetter(
        key=f"forms.answer:{submission.uid}",
        address=submission.email_key,
        purpose=TRANSACTIONAL,
        subject=definition.mail_subject,
        body=definition.mail_body,
        lead=submission.lead_id,
        language=submission.language,
    )
    letters_queue(rows=[letter], actor=actor)


def _waiting(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",)).select_related(
        "revision__form", "consent_text"
    )
    row = rows.get(pk=submission.pk)
    if row.state != State.REVIEW:
        raise Conflict(_("Somebody has decided about this already."))
    return row


def _ask_for_review(submission: Submission) -> None:
    """Nothing; somebody is asked to look, once for all that waits."""
    if Task.objects.filter(kind=REVIEW, done_at=None, dismissed_at=None).exists():
        return
    task_create(
        kind=REVIEW,
        key=f"{REVIEW}:{submission.pk}",
        role=Role.MARKETER,
        address=reverse("forms:review"),
        actor=VISITOR_ACTOR,
    )


def _reviews_close(actor: Actor) -> None:
    """Nothing; once nothing waits for a look, nobody is asked to look."""
    if Submission.objects.filter(state=State.REVIEW).exists():
        return
    for task in Task.objects.filter(kind=REVIEW, done_at=None, dismissed_at=None):
        task_dismiss(task=task, actor=actor)


def _record(submission: Submission, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor,
        action=f"forms.{action}",
        object_type="forms.submission",
        object_id=submission.pk,
    )
    payload = {"submission": submission.pk}
    if submission.lead_id is not None:
        payload["lead"] = submission.lead_id
    outbox_emit(topic="forms.submitted", payload=payload)
