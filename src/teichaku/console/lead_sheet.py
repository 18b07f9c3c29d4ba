"""Lists of leads as files: out as Excel or CSV, and a changed Excel file back in."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import python_calamine
import xlsxwriter
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.console.lead_fields import LABELS
from teichaku.core import bulk
from teichaku.core.canonical import canonical_json
from teichaku.core.errors import InvalidInput
from teichaku.core.spreadsheets import TEXT_ONLY, neutral
from teichaku.leads.lead_writes import ATTRIBUTE, LEAD_FIELDS, lead_texts
from teichaku.leads.models import AttributeDefinition, Lead
from teichaku.rulebook.selectors import zone_in_force
from teichaku.scoring.models import Score
from teichaku.tracking.last_events import roots_last_active

MOST_ROWS = 50_000
MOST_CHANGED = 1_000  # leads in one changed file
LARGEST = 20 * 1024 * 1024
AT_ONCE = 2_000
CLEAR = ("消去", "[clear]")
KEYS = ("uid", "state")  # which lead a row is about, and what it was like
_FIELD_SHEET = "teichaku"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs from what is stored."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A lead that the file would change; ``moved`` when it changed here since the file was made."""

    uid: str
    label: str
    cells: Sequence[CellChange]
    moved: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a changed file would do; ``unknown`` counts rows whose lead is not here."""

    rows: Sequence[RowChange]
    unchanged: int
    unknown: int


def sheet_fields() -> dict[str, str]:
    """The columns that can be changed, with their headings."""
    fields = {name: str(LABELS[name]) for name in LEAD_FIELDS}
    own = AttributeDefinition.objects.filter(object="lead").order_by("name")
    for name, label in own.values_list("name", "label"):
        heading = label or name
        fields[f"{ATTRIBUTE}{name}"] = (
            f"{heading} ({name})" if heading in fields.values() else heading
        )
    return fields


def sheet_excel(leads: Sequence[int]) -> bytes:
    """The leads as a workbook that can be changed and brought back."""
    fields = sheet_fields()
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, TEXT_ONLY)
    sheet = book.add_worksheet(_("Leads"))
    bold = book.add_format({"bold": True, "bottom": 1})
    for column, heading in enumerate(_headings(fields)):
        sheet.write_string(0, column, heading, bold)
    for line, cells in enumerate(_rows(leads, fields), start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, float):
                sheet.write_number(line, column, cell)
            elif cell:
                sheet.write_string(line, column, cell)
    sheet.freeze_panes(1, 3)
    sheet.set_column(0, 1, None, None, {"hidden": True})
    sheet.set_column(2, len(fields) + 5, 18)
    about = book.add_worksheet(_FIELD_SHEET)
    for line, (name, heading) in enumerate(fields.items()):
        about.write_string(line, 0, heading)
        about.write_string(line, 1, name)
    about.hide()
    book.close()
    return target.getvalue()


def sheet_csv(leads: Sequence[int]) -> bytes:
    """The leads as a text file that Excel opens in the right encoding."""
    fields = sheet_fields()
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([_("ID"), *_headings(fields)[len(KEYS) :]])
    for uid, _state, *cells in _rows(leads, fields):
        writer.writerow([uid, *(neutral(cell) for cell in cells)])
    return ("\ufeff" + target.getvalue()).encode()


def sheet_compare(content: bytes) -> Comparison:
    """What a changed workbook says against what is stored.

    Blank cells say nothing; one of ``CLEAR`` empties the field.
    """
    fields, rows = _read(content)
    everything, owners = sheet_fields(), _owner_names()
    found, unchanged, unknown = [], 0, 0
    by_uid = _leads(rows)
    for uid, state, texts in rows:
        lead = by_uid.get(uid)
        if lead is None:
            unknown += 1
            continue
        # Of all fields, whether their columns are still there or not: the state is of all.
        now = _shown(lead, everything, owners)
        cells = [
            CellChange(name, heading, now[name], "" if texts[name] in CLEAR else texts[name])
            for name, heading in fields.items()
            if texts.get(name) and texts[name] != now[name]
            and not (texts[name] in CLEAR and not now[name])
        ]  # fmt: skip
        if cells:
            found.append(RowChange(uid, str(lead), cells, moved=_state(now) != state))
        else:
            unchanged += 1
    if len(found) > MOST_CHANGED:
        raise InvalidInput(
            _(
                "The file changes %(found)d leads; at most %(most)d can be changed at once. Divide"
                " it into several files."
            )
            % {"found": len(found), "most": MOST_CHANGED}
        )
    return Comparison(found, unchanged, unknown)


def owner_uids(names: Sequence[str]) -> dict[str, str]:
    """The person of each text that the owner column may hold."""
    known = {text: uid for uid, text in _owner_names().items()}
    missing = [name for name in names if name and name not in known]
    if missing:
        raise InvalidInput(
            _("Nobody is called %(name)s. Enter an owner as the exported file spells them.")
            % {"name": missing[0]}
        )
    return {name: known.get(name, "") for name in names}


def _headings(fields: Mapping[str, str]) -> list[str]:
    shown = [_("Total"), _("Grade"), _("Last activity"), _("Known since")]
    return [*KEYS, *fields.values(), *shown]


def _rows(leads: Sequence[int], fields: Mapping[str, str]) -> Iterator[list[str | float]]:
    owners, zone = _owner_names(), zone_in_force()
    for chunk in bulk.chunked(leads, AT_ONCE):
        rows = Lead.objects.select_related("owner", "company__root").in_bulk(chunk)
        scores = Score.objects.in_bulk(chunk)
        active = roots_last_active(chunk)
        for pk in chunk:
            lead, score, seen = rows[pk], scores.get(pk), active.get(pk)
            texts = _shown(lead, fields, owners)
            yield [
                str(lead.uid),
                _state(texts),
                *texts.values(),
                score.total if score else "",
                score.grade if score else "",
                f"{seen.astimezone(zone):%Y/%m/%d}" if seen else "",
                f"{lead.created_at.astimezone(zone):%Y/%m/%d}" if lead.created_at else "",
            ]


def _shown(lead: Lead, fields: Mapping[str, str], owners: Mapping[str, str]) -> dict[str, str]:
    texts = lead_texts(lead, fields)
    # A cell's ends are lost on the way through a spreadsheet, so they do not count.
    texts = {name: text.strip() for name, text in texts.items()}
    texts["owner"] = owners.get(texts["owner"], texts["owner"])
    return texts


def _state(texts: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_json(dict(texts)).encode()).hexdigest()[:16]


def _owner_names() -> dict[str, str]:
    """What the owner column calls people: by name, namesakes with their address or id."""
    people = list(User.objects.values_list("uid", "name", "email"))
    names = [name for _uid, name, _email in people]
    return {
        str(uid): name if names.count(name) == 1 else f"{name} <{email or uid}>"
        for uid, name, email in people
    }


def _leads(rows: Sequence[tuple[str, str, dict[str, str]]]) -> dict[str, Lead]:
    found: dict[str, Lead] = {}
    for chunk in bulk.chunked((uid for uid, _state, _texts in rows), AT_ONCE):
        wanted = Lead.objects.filter(uid__in=chunk).select_related("owner", "company__root")
        found.update((str(lead.uid), lead) for lead in wanted)
    return found


def _read(content: bytes) -> tuple[dict[str, str], list[tuple[str, str, dict[str, str]]]]:
    if len(content) > LARGEST:
        raise InvalidInput(_("The file is larger than 20 MB. Divide it into several files."))
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        known = book.get_sheet_by_name(_FIELD_SHEET).to_python()
        lines = book.get_sheet_by_index(0).to_python()
    except (python_calamine.CalamineError, ValueError, OSError, StopIteration) as error:
        raise InvalidInput(
            _(
                "This is no Excel file that was taken out of the list of leads. Take the list out"
                " as Excel, change it and bring that file back."
            )
        ) from error
    names = {str(row[0]): str(row[1]) for row in known if len(row) > 1}
    header = [_cell(cell) for cell in lines[0]] if lines else []
    if not set(KEYS) <= set(header):
        raise InvalidInput(
            _(
                "The two first columns, which tell the leads apart, are gone. Take the list out"
                " once more."
            )
        )
    allowed = sheet_fields()
    columns = {names[h]: i for i, h in enumerate(header) if names.get(h) in allowed}
    uid, state = (header.index(key) for key in KEYS)
    rows = [
        (_cell(line[uid]), _cell(line[state]), {n: _cell(line[i]) for n, i in columns.items()})
        for line in lines[1:]
        if _is_uid(_cell(line[uid]))
    ]
    return {name: allowed[name] for name in columns}, rows


def _is_uid(text: str) -> bool:
    return len(text) == 36 and set(text) <= set("0123456789abcdef-")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if value is not None else ""
