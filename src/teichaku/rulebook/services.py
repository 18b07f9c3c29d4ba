"""Writes of the rulebook room: a revision is stored once, an activation is appended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from teichaku.accounts.calendars import work_calendar_write
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.engine.rulebook.hashes import rule_hashes, rulebook_hash, section_hashes
from teichaku.engine.rulebook.model import Calendar, Rulebook
from teichaku.rulebook.models import Activation, Revision, RevisionRule, RevisionSection
from teichaku.rulebook.selectors import rulebook_of


def revision_save(*, rulebook: Rulebook, document: str, actor: Actor) -> Revision:
    """The revision of this content: the stored one when the same content was saved before."""
    digest = rulebook_hash(rulebook)
    known = Revision.objects.filter(hash=digest).first()
    if known is not None:
        return known
    with transaction.atomic():
        revision = Revision.objects.create(
            hash=digest,
            document=document,
            title=rulebook.title,
            created_at=clock.now(),
            created_by_id=actor.user_id,
        )
        RevisionSection.objects.bulk_create(
            RevisionSection(revision=revision, name=name, hash=value)
            for name, value in section_hashes(rulebook).items()
        )
        RevisionRule.objects.bulk_create(
            RevisionRule(revision=revision, rule_id=rule_id, section=section, hash=value)
            for rule_id, (section, value) in rule_hashes(rulebook).items()
        )
        audit_record(
            actor=actor,
            action="rulebook.revision_save",
            object_type="rulebook.revision",
            object_id=revision.pk,
            values={"hash": digest},
        )
        outbox_emit(topic="rulebook.revision_saved", payload={"revision": revision.pk})
    return revision


def revision_activate(
    *,
    revision: Revision,
    actor: Actor,
    effective_from: datetime | None = None,
    reason: str = "",
    break_glass: bool = False,
) -> Activation:
    """The activation: from then on (now, unless said otherwise) the revision is in force.

    ``break_glass`` marks one without approval; it needs a reason.
    """
    at = clock.now()
    with transaction.atomic():
        activation = Activation.objects.create(
            revision=revision,
            effective_from=effective_from or at,
            at=at,
            actor_user_id=actor.user_id,
            reason=reason,
            break_glass=break_glass,
        )
        audit_record(
            actor=actor,
            action="rulebook.revision_activate",
            object_type="rulebook.revision",
            object_id=revision.pk,
            values={
                "hash": revision.hash,
                "effective_from": activation.effective_from.isoformat(),
                "break_glass": break_glass,
            },
        )
        _write_calendar_down(activation, actor)
        outbox_emit(topic="rulebook.activated", payload={"activation": activation.pk})
    return activation


def _write_calendar_down(activation: Activation, actor: Actor) -> None:
    """Nothing; rooms below that know no rulebook keep to its business time."""
    rulebook = rulebook_of(activation.revision.document)
    work_calendar_write(
        calendar=rulebook.calendar or Calendar(),
        timezone=rulebook.timezone,
        effective_from=activation.effective_from,
        actor=actor,
    )
