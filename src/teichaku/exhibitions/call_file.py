"""The list of calls as a workbook, for those who call from paper."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.core.spreadsheets import TEXT_ONLY
from teichaku.exhibitions.models import Call, Exhibition
from teichaku.exhibitions.selectors import call_lines
from teichaku.rulebook.selectors import zone_in_force

WIDTHS = (6, 24, 16, 18, 16, 44, 12, 16, 20)
MOST = 5_000


def calls_xlsx(*, exhibition: Exhibition, rows: QuerySet[Call], actor: Actor) -> bytes:
    """The open calls, one a line, ready to be printed; that they were taken out is recorded."""
    lines = call_lines(rows, done=False, limit=MOST)
    with transaction.atomic():
        audit_record(
            actor=actor, action="exhibitions.calls_export", object_type="exhibitions.exhibition",
            object_id=exhibition.pk, count=len(lines),
        )  # fmt: skip
        outbox_emit(topic="exhibitions.changed", payload={"exhibition": exhibition.pk})
    target = BytesIO()
    with xlsxwriter.Workbook(target, {**TEXT_ONLY, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        titles = (
            _("Rank"), _("Company"), _("Department and title"), _("Name"), _("Telephone"),
            _("What was talked about"), _("Owner"), _("By"), _("Result"),
        )  # fmt: skip
        for column, (title, width) in enumerate(zip(titles, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for place, line in enumerate(lines, start=1):
            for column, text in enumerate(_cells(line.call)):
                sheet.write_string(place, column, text, wrap)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
    return target.getvalue()


def _cells(call: Call) -> tuple[str, ...]:
    lead = call.visitor.lead.root
    company = lead.company.root.name if lead.company else ""
    due = f"{call.due_at.astimezone(zone_in_force()):%m/%d %H:%M}"
    return (
        call.visitor.rank, company, " ".join(filter(None, (lead.department, lead.title))),
        lead.name, lead.phone, call.visitor.note, call.owner.name if call.owner else "", due, "",
    )  # fmt: skip
