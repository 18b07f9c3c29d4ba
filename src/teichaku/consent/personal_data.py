"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.consent.documents import documents_erase
from teichaku.consent.models import Basis, Erasure, Lift, MailStatus, Refusal, Withdrawal
from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register

HELD = PersonalData(
    label=_("Consent"),
    kept=_("That and when a ground was recorded stays, without address and evidence."),
    tables=(
        PersonalTable(Withdrawal, of="basis__lead", blank=("why",)),
        PersonalTable(Withdrawal, mentions=("why",)),
        PersonalTable(Lift, mentions=("why",)),
        PersonalTable(Basis, of="lead", blank=("address", "evidence", "source_detail", "document")),
        PersonalTable(Basis, mentions=("evidence", "source_detail")),
        PersonalTable(MailStatus, of="lead", drop=True),
        PersonalTable(Refusal, mentions=("source_detail",)),
        PersonalTable(Erasure, mentions=("reason", "note")),
    ),
    finish=documents_erase,
)
personal_data_register("consent", HELD)
