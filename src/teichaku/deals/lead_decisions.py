"""What people decide about the lead of a deal; no file and no matching changes it later."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.deals.lead_links import CONFIRMED, HELD, MANUAL
from teichaku.deals.models import Deal, DealLeadCandidate
from teichaku.deals.services import deal_events_refresh
from teichaku.deals.waiver_expiry import pending_settle
from teichaku.leads.models import Lead
from teichaku.rulebook.selectors import zone_in_force

Decision = DealLeadCandidate.Decision


def deal_link(*, deal: Deal, lead: Lead, actor: Actor, reason: str = "") -> None:
    """Nothing; the deal came from that lead, whatever files say."""
    with transaction.atomic():
        locked = _locked(deal)
        if locked.match_key in HELD and locked.lead_id == lead.pk:
            raise Conflict(_("The deal is linked to this lead already."))
        _put(locked, lead.pk, MANUAL, actor)
        _tell("deals.deal_link", locked, actor, lead=lead.pk, reason=reason)


def deal_unlink(*, deal: Deal, actor: Actor, reason: str = "") -> None:
    """Nothing; the deal has no lead until a person links one."""
    with transaction.atomic():
        locked = _locked(deal)
        if locked.lead_id is None:
            raise Conflict(_("The deal has no lead; there is nothing to take away."))
        before = locked.lead_id
        _put(locked, None, MANUAL, actor)
        _tell("deals.deal_unlink", locked, actor, lead=before, reason=reason)


def candidate_decide(
    *, candidate: DealLeadCandidate, confirm: bool, actor: Actor, reason: str = ""
) -> None:
    """Nothing; the deal came from the suggested lead, or that lead is never suggested again."""
    with transaction.atomic():
        deal = _locked(candidate.deal)
        decision = Decision.CONFIRMED if confirm else Decision.REJECTED
        decided = DealLeadCandidate.objects.filter(pk=candidate.pk, decision="").update(
            decision=decision, decided_at=clock.now()
        )
        if not decided:
            raise Conflict(_("This suggestion was decided or withdrawn; reload the page."))
        if confirm and deal.lead_id is not None:
            raise Conflict(_("The deal has a lead by now. Take it away before choosing another."))
        if confirm:
            _put(deal, candidate.lead_id, CONFIRMED, actor)
        changes_record(
            [FieldChange("deals.dealleadcandidate", candidate.pk, "decision", "", str(decision))],
            actor=actor,
            at=clock.now(),
            source=actor.kind,
        )
        _tell("deals.candidate_decide", deal, actor, lead=candidate.lead_id, reason=reason)


def _locked(deal: Deal) -> Deal:
    return Deal.objects.select_for_update().get(pk=deal.pk)


def _put(deal: Deal, lead: int | None, key: str, actor: Actor) -> None:
    """The link, its history, and the leads' histories; what else was suggested is withdrawn."""
    now = clock.now()
    changes_record(
        [
            FieldChange("deals.deal", deal.pk, "lead", deal.lead_id, lead),
            FieldChange("deals.deal", deal.pk, "match_key", deal.match_key, key),
        ],
        actor=actor,
        at=now,
        source=actor.kind,
    )
    Deal.objects.filter(pk=deal.pk).update(
        lead=lead,
        match_key=key,
        match_confidence=None if lead is None else 1.0,
        version=F("version") + 1,
    )
    DealLeadCandidate.objects.filter(deal=deal.pk, decision="").delete()
    if deal.is_pending:
        pending_settle(deals=[deal.pk], actor=actor)
    else:
        deal_events_refresh(deals=[deal.pk], zone=zone_in_force(), recorded_at=now, actor=actor)


def _tell(action: str, deal: Deal, actor: Actor, *, lead: int, reason: str) -> None:
    audit_record(
        actor=actor,
        action=action,
        object_type="deals.deal",
        object_id=deal.pk,
        values={"lead": lead, "reason": reason},
    )
    outbox_emit(topic="deals.written", payload={"deals": [deal.pk]})
