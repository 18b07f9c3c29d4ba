"""How much a file may ask of us; beyond, it is refused before it does harm."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import SettingDeclaration

MEGABYTE = 1 << 20
MOST_LINE = MEGABYTE  # bytes of a line, characters of a cell
MOST_ROWS = 20_000_000
MOST_COLUMNS = 1_000
MOST_UNPACKED = 1024 * MEGABYTE  # of all parts of a workbook together
MOST_RATIO = 200  # how many times larger than packed; workbooks of real rows reach about 30
WORKBOOK_SECONDS = 120
WORKBOOK_MEMORY = 3 * 1024 * MEGABYTE

max_file_mb = SettingDeclaration(
    "intake.max_file_mb", 1_000, _("The largest file that is read, in megabytes")
)
