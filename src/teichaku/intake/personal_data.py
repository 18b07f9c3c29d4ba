"""What the room holds about people, and what stays of it when somebody is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.personal_data import PersonalData, PersonalTable, personal_data_register
from teichaku.core.retention import Retention, retention_register
from teichaku.intake.file_erasure import uploads_erase
from teichaku.intake.models import ImportRun, RejectedRow, SavedMapping, UploadedFile
from teichaku.intake.quarantine_sweep import quarantine_days

HELD = PersonalData(
    label=_("Imported files"),
    kept=_("Counts of imports stay; rows in quarantine and files that name the person go."),
    tables=(
        PersonalTable(RejectedRow, mentions=("raw", "message"), drop_mentions=True),
        PersonalTable(ImportRun, mentions=("notes", "error", "mapping")),
        PersonalTable(UploadedFile, mentions=("name", "maps", "found", "problem")),
        PersonalTable(SavedMapping, mentions=("document",)),
    ),
    finish=uploads_erase,
)
personal_data_register("intake", HELD)
retention_register(Retention(_("Rows in quarantine"), quarantine_days, least=30))
