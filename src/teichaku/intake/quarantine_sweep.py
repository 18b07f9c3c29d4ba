"""Rows in quarantine hold whatever a file held, so they are not kept for ever."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from teichaku.core import clock
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read
from teichaku.intake.models import RejectedRow

PORTION = 1_000

quarantine_days = SettingDeclaration(
    "intake.quarantine_days", 180, _("After so many days rows in quarantine are removed.")
)


def quarantine_sweep() -> int:
    """How many rows were removed because their import was too long ago, a portion at a time."""
    before = clock.now() - timedelta(days=setting_read(quarantine_days))
    old = RejectedRow.objects.filter(run__finished_at__lt=before).order_by("pk")
    removed = 0
    while ids := list(old.values_list("pk", flat=True)[:PORTION]):
        with transaction.atomic():
            RejectedRow.objects.filter(pk__in=ids).delete()
        removed += len(ids)
    return removed
