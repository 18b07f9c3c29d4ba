"""What nobody accepted goes after some time: it was never taken in, and may name people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read
from teichaku.forms.models import Submission

PORTION = 500
refused_days = SettingDeclaration(
    "forms.refused_days", 180, _("After so many days forms that nobody accepted are removed.")
)


def submissions_sweep(*, actor: Actor) -> int:
    """How many submissions were removed that were discarded or waited in vain for so long."""
    before = clock.now() - timedelta(days=setting_read(refused_days))
    old = Submission.objects.exclude(state=Submission.State.TAKEN).filter(at__lt=before)
    removed = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:PORTION]):
        with transaction.atomic():
            Submission.objects.filter(pk__in=ids).delete()
            audit_record(
                actor=actor,
                action="forms.submissions_sweep",
                object_type="forms.submission",
                count=len(ids),
            )
            outbox_emit(topic="forms.removed", payload={"submissions": ids})
        removed += len(ids)
    return removed


def sweep_job(payload: Mapping[str, Json]) -> None:
    """Nothing; what nobody accepted in time is gone."""
    submissions_sweep(actor=SYSTEM)
