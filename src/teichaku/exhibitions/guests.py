"""The people of a sheet, written as visitors: who they are, how they rank, whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import NamedTuple, cast

from django.db import transaction

from teichaku.consent.services import bases_record
from teichaku.consent.words import Channel
from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.exhibitions.grading import fit_ranks
from teichaku.exhibitions.groups import visitors_grouped
from teichaku.exhibitions.guest_table import GuestTable
from teichaku.exhibitions.models import Sheet, Visitor
from teichaku.exhibitions.words import RankBy
from teichaku.intake.added_rows import added_rows_noted
from teichaku.intake.cells import convert_column, converter_for
from teichaku.intake.collapse import gather
from teichaku.intake.fields import FieldType
from teichaku.intake.instants import day_end
from teichaku.intake.mapping import FileMap
from teichaku.intake.models import ImportRun
from teichaku.intake.rows import FileRows
from teichaku.intake.undo_rows import Added
from teichaku.leads.campaigns import leads_credit
from teichaku.leads.lead_matching import leads_match
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

AT_ONCE = 200
SOURCE = "exhibitions"  # the recorder of visits
MET = "exhibition"  # the kind of behaviour, and the source of leads that nobody knew
_COLUMNS = (
    "uid", "exhibition", "sheet", "lead", "group", "is_new", "rank", "rank_by", "note",
    "visited_at", "owner", "recorded_at", "held_back",
)  # fmt: skip


class Said(NamedTuple):
    """What the sheet says of one visit: rank, memo, when."""

    rank: str = ""
    note: str = ""
    at: datetime | None = None


class Guest(NamedTuple):
    """A person of the sheet: the root lead, and what all rows about it say together."""

    lead: int
    said: Said
    rows: int


@dataclass(slots=True)
class Written:
    """What became of the people of a sheet."""

    people: int = 0
    new: int = 0
    again: int = 0  # visitors of this exhibition already
    by_fit: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    ranks: Counter[str] = field(default_factory=Counter)


def guests_write(
    *, sheet: Sheet, run: ImportRun, table: GuestTable, file_map: FileMap, zone: tzinfo,
    actor: Actor,
) -> Written:  # fmt: skip
    """What became of the sheet's people, each of whom is a lead by now; written in portions.

    Broken off, it is simply called again: nothing comes twice.
    """
    guests = guests_of(sheet, table, file_map, zone)
    writer = _Writer(sheet, run, guests, zone, actor)
    for part in bulk.chunked(guests, AT_ONCE):
        with added_rows_noted(run), transaction.atomic():
            writer.write(part)
    return writer.done


def guests_of(sheet: Sheet, table: GuestTable, file_map: FileMap, zone: tzinfo) -> list[Guest]:
    """The people of the sheet whose leads exist, by lead."""
    rows = FileRows(table, file_map, zone=zone, on_bad=lambda bad, raw: None)
    chunk = gather(rows)
    said = _said(sheet, table, zone)
    found = [
        Guest(group.target, _together([said[chunk.lines[row]] for row in group.rows]),
              len(group.rows))
        for group in leads_match(chunk, file_map.system)
        if group.target is not None
    ]  # fmt: skip
    return sorted(found)


def _said(sheet: Sheet, table: GuestTable, zone: tzinfo) -> Mapping[int, Said]:
    """What each row says of the visit, by line."""
    places = {name: place for place, name in enumerate(table.header)}
    at = {what: places[name] for what, name in sheet.columns.items() if name in places}
    found: dict[int, Said] = {}
    for lines, columns in _cells(table, at):
        ranks = [sheet.ranks.get(text, "") for text in columns["rank"]]
        days = _instants(columns["day"], zone)
        told = zip(lines, ranks, columns["memo"], days, strict=True)
        found.update((line, Said(*rest)) for line, *rest in told)
    return found


def _cells(
    table: GuestTable, at: Mapping[str, int]
) -> Iterator[tuple[list[int], Mapping[str, list[str]]]]:
    for run in table.records(1_000):
        yield (
            run.lines,
            {
                what: [cells[at[what]].strip() if what in at else "" for cells in run.cells]
                for what in ("rank", "memo", "day")
            },
        )


def _instants(texts: list[str], zone: tzinfo) -> list[datetime | None]:
    """When each was; what cannot be read says nothing."""
    convert = converter_for(FieldType.INSTANT, pattern=None, zone=zone)
    assert convert is not None
    return cast("list[datetime | None]", convert_column(texts, convert)[0])


def _together(said: Sequence[Said]) -> Said:
    """The best rank, all different memos, the first instant."""
    return Said(
        rank=min((one.rank for one in said if one.rank), default=""),
        note="\n".join(dict.fromkeys(one.note for one in said if one.note)),
        at=min((one.at for one in said if one.at), default=None),
    )


class _Writer:
    """Knows what all people of the sheet need to be told apart."""

    def __init__(
        self, sheet: Sheet, run: ImportRun, guests: Sequence[Guest], zone: tzinfo, actor: Actor
    ) -> None:
        self.done = Written(people=len(guests))
        self._sheet, self._actor = sheet, actor
        self._added = Added(run)
        as_of = clock.now()
        self._placed = visitors_grouped([guest.lead for guest in guests], as_of)
        self._ranks = fit_ranks([guest.lead for guest in guests if not guest.said.rank], as_of)
        campaign = sheet.exhibition.campaign
        last = campaign.ends_on or campaign.starts_on
        # Not the present instant, so that a run that goes on says the same as the one before it.
        self._usual_at = min(day_end(last, zone), sheet.at) if last else sheet.at
        obtained = sheet.obtained_on
        self._obtained_at = min(day_end(obtained, zone), sheet.at) if obtained else None

    def write(self, guests: Sequence[Guest]) -> None:
        """Nothing; these people are visitors, with event, campaign and ground."""
        sheet, actor = self._sheet, self._actor
        rows = [self._row(guest) for guest in guests]
        new = {lead for (lead,) in bulk.insert_new(Visitor, _COLUMNS, rows, returning=("lead",))}
        self._count(rows, new)
        told = [guest for guest in guests if guest.lead in new]
        events_write(rows=[self._event(guest) for guest in told], actor=actor)
        campaign = sheet.exhibition.campaign
        unknown = {g.lead: self._at(g) for g in guests if self._is_new(g)}
        leads_credit(leads=unknown, campaign=campaign, source=campaign.source or MET, actor=actor)
        self._bases_record([guest.lead for guest in guests])
        if new:
            audit_record(
                actor=actor, action="exhibitions.visitors_write",
                object_type="exhibitions.visitor", count=len(new), values={"sheet": sheet.pk},
            )  # fmt: skip
            outbox_emit(
                topic="exhibitions.visitors_written", payload={"exhibition": sheet.exhibition_id}
            )

    def _bases_record(self, leads: Sequence[int]) -> None:
        sheet = self._sheet
        if sheet.basis_kind and self._obtained_at:
            bases_record(
                leads=leads, channel=Channel.EMAIL, kind=sheet.basis_kind,
                obtained_at=self._obtained_at, evidence=sheet.evidence,
                source=f"exhibition:{sheet.exhibition.uid}", actor=self._actor,
            )  # fmt: skip

    def _row(self, guest: Guest) -> bulk.Row:
        sheet, where = self._sheet, self._placed[guest.lead]
        by = RankBy.SHEET if guest.said.rank else RankBy.FIT if self._rank(guest) else ""
        return (
            uuid7(), sheet.exhibition_id, sheet.pk, guest.lead, str(where.group),
            self._is_new(guest), self._rank(guest), str(by), guest.said.note, self._at(guest),
            where.owner, clock.now(), "",
        )  # fmt: skip

    def _event(self, guest: Guest) -> EventRow:
        exhibition = self._sheet.exhibition
        shape = Shape(MET, campaign=exhibition.campaign.name, rank=self._rank(guest))
        name = f"{exhibition.uid}:{guest.lead}"
        return EventRow(guest.lead, shape, self._at(guest), SOURCE, name, clock.now())

    def _rank(self, guest: Guest) -> str:
        return guest.said.rank or self._ranks.get(guest.lead, "")

    def _at(self, guest: Guest) -> datetime:
        return min(guest.said.at or self._usual_at, self._sheet.at)

    def _is_new(self, guest: Guest) -> bool:
        return self._added.holds("leads.lead", guest.lead)

    def _count(self, rows: Sequence[bulk.Row], new: Collection[int]) -> None:
        done = self.done
        for _uid, _exhibition, _sheet, lead, group, is_new, rank, by, *_rest in rows:
            done.new += is_new
            done.again += lead not in new
            done.by_fit += by == RankBy.FIT
            done.groups[group] += 1
            done.ranks[rank] += 1
