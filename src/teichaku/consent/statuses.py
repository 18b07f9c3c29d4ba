"""Whether advertising may be mailed to each lead, noted so that lists and counts are quick.

Derived: sending always asks ``may_send``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from django.db import transaction
from django.db.models import Count, F, Q

from teichaku.consent.models import MailStatus, Refusal
from teichaku.consent.selectors import may_send
from teichaku.consent.words import ADVERTISING, Channel, Reason
from teichaku.core import bulk, clock
from teichaku.core.canonical import Json
from teichaku.leads.expressions import EmailDomain
from teichaku.leads.models import Lead
from teichaku.leads.references import roots_with_email

LEADS_AT_ONCE = 2_000


def statuses_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the leads that were written have their status."""
    statuses_refresh(cast("list[int]", payload["leads"]))


def statuses_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the same for all that wait, each lead once."""
    statuses_refresh({lead for each in payloads for lead in cast("list[int]", each["leads"])})


def refused_job(payload: Mapping[str, Json]) -> None:
    """Nothing; leads whose address or domain was refused, or released, have their status."""
    refused_jobs([payload])


def refused_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the same for all that wait."""
    ids = {pk for each in payloads for pk in cast("list[int]", each["refusals"])}
    statuses_refresh(leads_refused(ids))


def pauses_job(payload: Mapping[str, Json]) -> None:
    """Nothing; leads whose pause is over have the status that they had before."""
    over = Refusal.objects.filter(
        reason=Reason.PAUSED, until__lte=clock.now(), lifted_at=None
    ).values_list("address", flat=True)
    paused = MailStatus.objects.filter(status=Reason.PAUSED, lead__email_key__in=over)
    statuses_refresh(list(paused.values_list("lead_id", flat=True)))


def leads_refused(refusals: Collection[int]) -> set[int]:
    """The root leads that these refusals are about."""
    found: set[int] = set()
    for chunk in bulk.chunked(refusals, LEADS_AT_ONCE):
        rows = Refusal.objects.filter(pk__in=chunk, channel=Channel.EMAIL).exclude(address="")
        keys = set(rows.values_list("address", flat=True))
        domains = {key[1:] for key in keys if key.startswith("@")}
        found.update(lead for _key, lead in roots_with_email(keys))
        if domains:
            at = Lead.objects.filter(root=F("id")).annotate(host=EmailDomain("email_key"))
            found.update(at.filter(host__in=domains).values_list("pk", flat=True))
    return found


def statuses_refresh(leads: Collection[int]) -> None:
    """Nothing; these leads, or whoever stands for them, have the status that holds now."""
    for chunk in bulk.chunked(sorted(leads), bulk.batch(LEADS_AT_ONCE)):
        with transaction.atomic():
            _refresh(chunk)


def statuses_counted() -> dict[str, int]:
    """How many people there are of each status."""
    rows = MailStatus.objects.values_list("status").annotate(leads=Count("pk")).order_by()
    return dict(rows)


def _refresh(leads: Sequence[int]) -> None:
    rows = Lead.objects.filter(Q(pk__in=leads) | Q(pk__in=_roots(leads)))
    people = {
        pk: key
        for pk, root, kind, key in rows.values_list("pk", "root_id", "kind", "email_key")
        if pk == root and kind == Lead.Kind.KNOWN
    }
    said = may_send(addresses=people.values(), channel=Channel.EMAIL, purpose=ADVERTISING)
    MailStatus.objects.filter(lead__in={*leads} - people.keys()).delete()
    bulk.upsert(
        MailStatus, "lead", ("status",), [(pk, said[key].code) for pk, key in people.items()]
    )


def _roots(leads: Sequence[int]) -> set[int]:
    return set(Lead.objects.filter(pk__in=leads).values_list("root_id", flat=True))
