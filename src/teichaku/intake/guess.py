"""The map of a file that nobody has described yet, from its header and its values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from teichaku.intake.fields import ATTRIBUTE, ENTITIES, IMPORT_ORDER
from teichaku.intake.guess_columns import Fit, fit_to, kind_of_file_name
from teichaku.intake.guess_deals import activities_draft, deals_draft, stages_draft
from teichaku.intake.guess_draft import Draft, Need, Reason, attribute_name
from teichaku.intake.guess_owners import owners_named
from teichaku.intake.guess_people import (
    companies_draft,
    company_beside,
    events_draft,
    lead_beside,
    leads_draft,
    met_drafts,
    users_draft,
)
from teichaku.intake.guess_tables import table_drafts, table_split
from teichaku.intake.guess_tools import GENERIC, tool_of
from teichaku.intake.guess_values import Column, Sample, Tabular, sample_take
from teichaku.intake.header_keys import header_is_secret
from teichaku.intake.header_words import COUNTS, TECHNICAL
from teichaku.intake.mapping import DEFAULT_SYSTEM, FileMap, mapping_default

CERTAIN = 0.8  # a guess is used without asking from here on
ENOUGH_SCORE = 4.0
CLEAR_LEAD = 0.25  # of the best score, over the next one
MOST_ATTRIBUTES = 40
LONGEST_ATTRIBUTE = 200
_NO_RECORDS = ("fivetranstart", "vidtomerge", "mergeids", "ordernumber", "pricebookentryid")
_WITH_ATTRIBUTES = ("leads", "companies", "deals", "activities")


@dataclass(frozen=True)
class Guess:
    """What a file seems to be, and how it would be read.

    A file may hold several kinds of record: ``file_maps`` has one map each, in order of import.
    ``file_map`` is the one that the rows are about.
    """

    entity: str | None
    tool: str
    file_maps: tuple[FileMap, ...]
    confidence: float
    reasons: tuple[Reason, ...]
    unmapped: tuple[str, ...]
    needs: tuple[Need, ...]
    notes: tuple[str, ...] = ()

    @property
    def file_map(self) -> FileMap | None:
        """The map of the kind of record that the file is mainly of."""
        return next((m for m in self.file_maps if m.entity == self.entity), None)

    @property
    def certain(self) -> bool:
        """Whether the file may be brought in without asking anybody."""
        return self.confidence >= CERTAIN and not any(need.stops for need in self.needs)


def guess_table(
    table: Tabular, *, file_name: str = "", people: Collection[str] = (), counted_on: str = ""
) -> Guess:
    """What the table is and how it is read; never raises for odd headers or cells.

    ``people`` are the names of colleagues, so that owners given by surname are recognised;
    ``counted_on`` is the day of the export, which dates the counts in it.
    """
    own = _own_names(table.header, file_name)
    sample = sample_take(table)
    tool = tool_of(table.header, {column.key for column in sample.columns})
    if own is not None:
        why = _("named like the field")
        reasons = tuple(Reason(c[0], own.entity, name, why) for name, c in own.columns.items())
        return Guess(own.entity, GENERIC, (own,), 1.0, reasons, (), ())
    split = table_split(sample)
    record = split.record if split else sample
    fits = {entity: fit_to(entity, record, file_name) for entity in ENTITIES}
    drafts = _drafts(fits, record, file_name)
    if not drafts:
        return _none(tool, sample)
    ranked = sorted(drafts, key=lambda entity: (-fits[entity].score, IMPORT_ORDER.index(entity)))
    entity = ranked[0]
    main = drafts[entity]
    beside = _beside(main, fits, record, tool)
    all_drafts = [main, *beside]
    if split:
        all_drafts += table_drafts(split, main)
    unmapped = _leftovers_put(main, all_drafts, record, counted_on)
    owners_named(all_drafts, sample, people)
    return _finished(all_drafts, tool, _confidence(fits, ranked, main), unmapped)


def _own_names(header: list[str], file_name: str) -> FileMap | None:
    """The map of a file whose columns are all named like the fields of one kind."""
    names = [name.strip() for name in header]
    fitting = []
    for entity, kind in ENTITIES.items():
        known = [name for name in names if kind.type_of(name)]
        complete = set(kind.required) <= set(known)
        complete = complete and (not kind.any_of or bool(set(known) & set(kind.any_of)))
        if complete and len(known) == len(names) and len(set(names)) == len(names):
            fitting.append(entity)
    said = kind_of_file_name(file_name)
    if said in fitting:
        return mapping_default(said, header)
    return mapping_default(fitting[0], header) if len(fitting) == 1 else None


def _drafts(fits: Mapping[str, Fit], sample: Sample, file_name: str) -> dict[str, Draft]:
    found = {
        "leads": leads_draft(fits["leads"], sample, file_name),
        "companies": companies_draft(fits["companies"], sample),
        "events": events_draft(fits["events"], sample, file_name),
        "deals": deals_draft(fits["deals"], sample),
        "stages": stages_draft(fits["stages"], sample),
        "activities": activities_draft(fits["activities"], sample),
        "users": users_draft(fits["users"], sample),
    }
    # Old states, merges and orders name people and companies without being about them.
    history = any(column.key in _NO_RECORDS for column in sample.columns)
    return {
        entity: draft
        for entity, draft in found.items()
        if draft and draft.complete and not (history and entity != "stages")
    }


def _beside(main: Draft, fits: Mapping[str, Fit], sample: Sample, tool: str) -> list[Draft]:
    """Other kinds of record that stand in the same rows."""
    found: list[Draft | None] = []
    if main.entity == "deals":
        found.append(lead_beside(main, fits, sample))
    if main.entity in ("leads", "deals"):
        found.append(company_beside(main, fits, sample))
    if main.entity == "leads":
        found += met_drafts(main, sample, tool)
    return [draft for draft in found if draft is not None]


def _leftovers_put(
    main: Draft, drafts: list[Draft], sample: Sample, counted_on: str
) -> tuple[str, ...]:
    """The columns that stay out; useful ones become attributes of the main kind of record."""
    used = {name for draft in drafts for columns in draft.columns.values() for name in columns}
    used |= {name for draft in drafts for name in (draft.continued_by or "", *draft.where)}
    left = [column for column in sample.columns if column.name not in used]
    unmapped: list[str] = []
    useful: list[Column] = []
    for column in left:
        if header_is_secret(column.name):
            why = _("left out: it may be a password, and those are never brought in")
            main.reasons.append(Reason(column.name, main.entity, "", why))
        if main.entity in _WITH_ATTRIBUTES and _is_useful(column):
            useful.append(column)
        else:
            unmapped.append(column.name)
    useful.sort(key=lambda column: (_count_name(column) is None, -len(column.filled)))
    unmapped += [column.name for column in useful[MOST_ATTRIBUTES:]]
    for column in useful[:MOST_ATTRIBUTES]:
        _attribute_put(main, column)
    if any(_count_name(column) for column in useful) and counted_on:
        main.constants[ATTRIBUTE + "counted_on"] = counted_on
    return tuple(unmapped)


def _attribute_put(main: Draft, column: Column) -> None:
    taken = set(main.columns) | set(main.constants)
    count = _count_name(column)
    name = attribute_name(count or column.name, taken)
    why = _("a count as of the export") if count else _("no field of ours; kept as an attribute")
    main.put(name, (column,), why)


def _count_name(column: Column) -> str | None:
    if column.numbers < 0.9:
        return None
    return next((name for name, words in COUNTS.items() if column.key in words.split()), None)


def _is_useful(column: Column) -> bool:
    if not column.filled or header_is_secret(column.name) or not column.key:
        return False
    if any(word in column.key for word in TECHNICAL):
        return False
    return max(map(len, column.filled)) <= LONGEST_ATTRIBUTE


def _confidence(fits: Mapping[str, Fit], ranked: list[str], main: Draft) -> float:
    best = fits[ranked[0]].score
    next_best = fits[ranked[1]].score if len(ranked) > 1 else 0.0
    lead = (best - next_best) / best if best else 0.0
    strength = min(1.0, best / ENOUGH_SCORE)
    sure = strength * (0.6 + 0.4 * min(1.0, lead / CLEAR_LEAD))
    return round(sure - 0.3 * any(need.stops for need in main.needs), 3)


def _finished(
    drafts: list[Draft], tool: str, confidence: float, unmapped: tuple[str, ...]
) -> Guess:
    system = DEFAULT_SYSTEM if tool in (GENERIC, "exhibition") else tool
    maps = [draft.file_map(system) for draft in drafts]
    maps.sort(key=lambda file_map: IMPORT_ORDER.index(file_map.entity))
    return Guess(
        entity=drafts[0].entity,
        tool=tool,
        file_maps=tuple(maps),
        confidence=max(0.0, confidence),
        reasons=tuple(reason for draft in drafts for reason in draft.reasons),
        unmapped=unmapped,
        needs=tuple(need for draft in drafts for need in draft.needs),
    )


def _none(tool: str, sample: Sample) -> Guess:
    names = tuple(column.name for column in sample.columns)
    text = _("No kind of record that can be brought in was recognised in the columns: %(columns)s.")
    note = text % {"columns": ", ".join(names[:20])}
    return Guess(None, tool, (), 0.0, (), names, (), (note,))


def with_system(guess: Guess, system: str) -> Guess:
    """The same guess, its maps in another system."""
    maps = tuple(file_map.model_copy(update={"system": system}) for file_map in guess.file_maps)
    return replace(guess, file_maps=maps)


def guess_file(path: Path, *, people: Collection[str] = ()) -> Guess:
    """The guess about a file; one that cannot be read raises ``InvalidInput``."""
    from teichaku.intake.export_day import export_day
    from teichaku.intake.tables import table_open

    table = table_open(path)
    guess = guess_table(
        table, file_name=path.stem, people=people, counted_on=export_day(path).isoformat()
    )
    return replace(guess, notes=(*guess.notes, *table.notes))
