"""Proof for whoever asks: who may be mailed since when, on what ground, by which exact text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.consent.addresses import address_digest, address_of
from teichaku.consent.models import Basis, Refusal
from teichaku.consent.words import PURPOSES, SOURCES, Channel
from teichaku.core.spreadsheets import TEXT_ONLY, neutral
from teichaku.leads.models import Lead
from teichaku.rulebook.selectors import zone_in_force

AT_ONCE: Final = 2_000


def bases_of(lead: Lead) -> QuerySet[Basis]:
    """The grounds of a person: of all records that stand for it, and of its address."""
    rows = Basis.objects.filter(lead__root=lead.root_id) | Basis.objects.filter(
        channel=Channel.EMAIL, digest=address_digest(lead.email_key)
    )
    return rows.select_related("text", "withdrawal").order_by("-obtained_at", "-pk")


def refusals_of(lead: Lead) -> QuerySet[Refusal]:
    """The refusals of a person's addresses, those that were lifted too; the newest first."""
    keys = {address_of(lead, channel) for channel in Channel.values} - {""}
    rows = Refusal.objects.filter(digest__in=[address_digest(key) for key in keys])
    return rows.select_related("lift").order_by("-at", "-pk")


def evidence_excel(lead: Lead | None = None) -> bytes:
    """The evidence about one person, or about all, as a workbook."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {**TEXT_ONLY, "constant_memory": True})
    bold = book.add_format({"bold": True, "bottom": 1})
    for title, rows in _tables(lead):
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 14, 20)
        for line, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell, bold if line == 0 else None)
    book.close()
    return target.getvalue()


def evidence_csv(lead: Lead | None = None) -> bytes:
    """The same as a text file that Excel opens in the right encoding."""
    target = io.StringIO()
    writer = csv.writer(target)
    for title, rows in _tables(lead):
        for line, cells in enumerate(rows):
            kind = _("Kind") if line == 0 else title
            writer.writerow([neutral(cell) for cell in (kind, *cells)])
    return ("\ufeff" + target.getvalue()).encode()


def _tables(lead: Lead | None) -> Iterator[tuple[str, Iterator[Sequence[str]]]]:
    yield _("Grounds for mail"), _grounds(lead)
    yield _("Refusals"), _refusals(lead)


def _grounds(lead: Lead | None) -> Iterator[Sequence[str]]:
    at = _clock()
    yield (
        _("Name"), _("Company"), _("Address"), _("Channel"), _("Ground for mail"),
        _("Obtained on"), _("How it was obtained"), _("Where it came from"), _("Text shown"),
        _("Document"), _("Recorded at"), _("Recorded by"), _("Withdrawn at"), _("Why"),
    )  # fmt: skip
    rows = bases_of(lead) if lead else Basis.objects.select_related("text", "withdrawal")
    rows = rows.select_related("text", "withdrawal", "lead__company__root").order_by("pk")
    for row in rows.iterator(chunk_size=AT_ONCE):
        withdrawal = getattr(row, "withdrawal", None)
        company = row.lead.company.root.name if row.lead.company else ""
        yield (
            row.lead.name, company, row.address, str(row.get_channel_display()),
            str(row.get_kind_display()), at(row.obtained_at), row.evidence, _from(row),
            row.text.text if row.text else "", row.document, at(row.recorded_at), row.actor_name,
            at(row.withdrawn_at), withdrawal.why if withdrawal else "",
        )  # fmt: skip


def _refusals(lead: Lead | None) -> Iterator[Sequence[str]]:
    at = _clock()
    yield (
        _("Address"), _("Channel"), _("Reason"), _("About"), _("Refused at"), _("Until"),
        _("Where it came from"), _("Recorded at"), _("Recorded by"), _("Lifted at"), _("Why"),
    )  # fmt: skip
    rows = refusals_of(lead) if lead else Refusal.objects.select_related("lift")
    for row in rows.order_by("pk").iterator(chunk_size=AT_ONCE):
        lift = getattr(row, "lift", None)
        yield (
            row.address, str(row.get_channel_display()), str(row.get_reason_display()),
            str(PURPOSES.get(row.purpose, "")), at(row.at), at(row.until), _from(row),
            at(row.recorded_at), row.actor_name, at(row.lifted_at), lift.why if lift else "",
        )  # fmt: skip


def _from(row: Basis | Refusal) -> str:
    return ": ".join(filter(None, (str(SOURCES.get(row.source, row.source)), row.source_detail)))


def _clock() -> Callable[[datetime | None], str]:
    zone = zone_in_force()

    def told(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%Y/%m/%d %H:%M") if at else ""

    return told
