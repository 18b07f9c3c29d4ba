"""Grounds that an import brought, taken back with it. Refusals stay: a no is never undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from teichaku.consent.models import Basis, MailStatus, Withdrawal
from teichaku.intake.undoables import Computed, Undoable, computed_register, undoable_register
from teichaku.leads.models import Lead


def undo_register() -> None:
    """Nothing; imports can be taken back from the tables of the room."""
    undoable_register(Undoable(Basis, _("Grounds for mail"), used=_withdrawn, part_of="lead"))
    computed_register(Computed(Lead, MailStatus))


def _withdrawn(ids: Sequence[int]) -> Collection[int]:
    return Withdrawal.objects.filter(basis__in=ids).values_list("basis_id", flat=True)
