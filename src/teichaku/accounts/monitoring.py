"""What may be measured about single people: nothing until the company has told them of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.accounts.measured import WHATS, What, labels_of
from teichaku.accounts.models import MonitoringPolicy
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Text

FARTHEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PolicyText:
    """What a company tells its people before anything is measured about each of them."""

    covers: frozenset[What]
    purpose: str
    responsible: str
    text: str
    noticed_on: date
    starts_on: date

    @property
    def covers_labels(self) -> list[Text]:
        """What is measured, in words."""
        return labels_of(self.covers)


def policy_in_force(on: date | None = None) -> MonitoringPolicy | None:
    """The edition that holds on the day (today): of those begun, the one recorded last. None where
    there is none, or where that one ended it all.
    """
    begun = MonitoringPolicy.objects.filter(starts_on__lte=on or today())
    last = begun.order_by("-pk").first()
    return last if last is not None and last.covers else None


def policy_to_come() -> MonitoringPolicy | None:
    """The edition that will hold later, as things stand."""
    last = MonitoringPolicy.objects.order_by("-pk").first()
    return last if last is not None and last.starts_on > today() else None


def monitoring_allows(what: What) -> bool:
    """Whether this may be measured about single people today."""
    policy = policy_in_force()
    return policy is not None and what in policy.covers


def monitoring_since(what: What) -> date | None:
    """The day from which this has been allowed without a break; None where it is not."""
    since, policy = None, policy_in_force()
    while policy is not None and what in policy.covers:
        since = policy.starts_on
        policy = policy_in_force(since - timedelta(days=1))
    return since


def policies_recorded() -> list[MonitoringPolicy]:
    """Every edition, the latest first."""
    return list(MonitoringPolicy.objects.select_related("recorded_by").order_by("-pk"))


def monitoring_policy_record(*, policy: PolicyText, actor: Actor) -> MonitoringPolicy:
    """The new edition. It takes the place of all others from the day it starts on."""
    if not policy.covers:
        raise InvalidInput(
            _("Choose what is measured, or switch everything off below."), field="covers"
        )
    if wrong := _days_wrong(policy):
        raise InvalidInput(wrong[1], field=wrong[0])
    return _record(
        actor,
        "accounts.monitoring_policy_record",
        purpose=policy.purpose,
        responsible=policy.responsible,
        text=policy.text,
        noticed_on=policy.noticed_on,
        starts_on=policy.starts_on,
        **{name: name in policy.covers for name in WHATS},
    )


def monitoring_end(*, reason: str, actor: Actor) -> MonitoringPolicy:
    """The edition by which nothing is measured about single people from today on."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why it is switched off; everybody can read it."), field="reason")
    if policy_in_force() is None and policy_to_come() is None:
        raise Conflict(_("Nothing is measured about single people, so nothing can be ended."))
    return _record(actor, "accounts.monitoring_end", end_reason=reason, starts_on=today())


def _days_wrong(policy: PolicyText) -> tuple[str, str] | None:
    if policy.starts_on < today():
        return "starts_on", _("Nothing can be measured in retrospect. Choose today or a later day.")
    if policy.starts_on - today() > FARTHEST:
        words = {"days": FARTHEST.days}
        return "starts_on", _("Choose a day within the next %(days)s days.") % words
    if policy.noticed_on > policy.starts_on:
        return "noticed_on", _(
            "People have to be told before it starts. Choose the first day or an earlier one."
        )
    return None


def _record(actor: Actor, action: str, **values: object) -> MonitoringPolicy:
    with transaction.atomic():
        row = MonitoringPolicy.objects.create(
            **values, recorded_at=clock.now(), recorded_by_id=actor.user_id
        )
        audit_record(
            actor=actor,
            action=action,
            object_type="accounts.monitoringpolicy",
            object_id=row.pk,
            values={"covers": sorted(row.covers)},
        )
        outbox_emit(topic="accounts.monitoring_changed", payload={"policy": row.pk})
    return row
