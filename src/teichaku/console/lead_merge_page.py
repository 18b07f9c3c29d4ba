"""What merging people would do, and what taking a merge back would, as pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.consent.models import Basis
from teichaku.console.lead_fields import field_label
from teichaku.console.lead_filters import qualifications_standing
from teichaku.core.canonical import Json
from teichaku.core.registry import Text
from teichaku.deals.models import Activity, Deal
from teichaku.handover.models import Handover
from teichaku.inputs.models import OPEN, Obligation
from teichaku.leads.lead_merges import merge_plan, roots_without, unmerge_plan
from teichaku.leads.lead_writes import ATTRIBUTE, LEAD_FIELDS
from teichaku.leads.merge_fields import values_of
from teichaku.leads.models import Company, Lead, MergeEntry
from teichaku.tracking.models import Event

MOST = 20  # people merged at once
YES, NO = _("Yes"), _("No")


@dataclass(frozen=True, slots=True)
class Option:
    """A value that the one who stays could have: a lead that has it, the numbers of all who do."""

    uid: str
    text: Text
    whose: Sequence[int]


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of which several have different values; ``chosen`` is whose counts unless changed."""

    name: str
    label: Text
    options: Sequence[Option]
    chosen: str


@dataclass(frozen=True, slots=True)
class Together:
    """How much of a kind each of the people has, in the order of the people."""

    label: Text
    counts: Sequence[int]

    @property
    def total(self) -> int:
        """How much the one who stays has afterwards."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class MergePage:
    """Who stays, who becomes part of it, fields to choose and filled, and what they have."""

    kept: Lead
    others: Sequence[Lead]
    choices: Sequence[Choice]
    filled: Sequence[tuple[Text, Text]]
    together: Sequence[Together]

    @property
    def people(self) -> Sequence[Lead]:
        """All of them, the one who stays first."""
        return (self.kept, *self.others)


@dataclass(frozen=True, slots=True)
class SplitPage:
    """Who leaves whom, the fields that go back, and how much each side has then."""

    entry: MergeEntry
    stays: Lead
    leaves: Lead
    along: Sequence[Lead]
    back: Sequence[tuple[Lead, Text, Text, Text]]
    together: Sequence[Together]


def leads_to_merge(uids: Sequence[str]) -> list[Lead]:
    """The roots of these leads, each once, as they were named; none where a uid is no uid."""
    try:
        rows = Lead.objects.filter(uid__in=[UUID(uid) for uid in uids[:MOST]])
        rows = rows.exclude(kind=Lead.Kind.ERASED)
    except (ValidationError, ValueError):
        return []
    roots = {str(row.uid): row.root for row in rows.select_related("root__company__root")}
    return list(dict.fromkeys(roots[uid] for uid in map(_canonical, uids) if uid in roots))


def merge_page(kept: Lead, others: Sequence[Lead]) -> MergePage:
    """What merging does unless something else is chosen."""
    plan = merge_plan(kept, others, {})
    people = [plan.kept, *plan.merged]
    own = {row.pk: values_of(row) for row in people}
    words = Words(value for values in own.values() for value in values.items())
    choices, filled = [], []
    for name in _ordered({name for values in own.values() for name in values}):
        options = _options(name, people, own, words)
        label = field_label("lead", name)
        if len(options) > 1:
            wanted = words.text(name, plan.values[name])
            chosen = next(option.uid for option in options if option.text == wanted)
            choices.append(Choice(name, label, options, chosen))
        elif name not in own[plan.kept.pk]:
            filled.append((label, options[0].text))
    groups = [[row.pk] for row in people]
    return MergePage(plan.kept, plan.merged, choices, filled, _together(groups))


def choices_made(page: MergePage, posted: Mapping[str, str]) -> dict[str, int]:
    """The lead whose value each field is to have, as a form says it."""
    by_uid = {str(row.uid): row.pk for row in page.people}
    return {
        choice.name: by_uid[uid]
        for choice in page.choices
        if (uid := posted.get(f"field-{choice.name}", "")) in by_uid
    }


def merge_entry(uid: UUID) -> MergeEntry | None:
    """The merge, undone or not; None when there is none."""
    return MergeEntry.objects.filter(uid=uid).select_related("kept__root", "merged").first()


def split_page(entry: MergeEntry) -> SplitPage:
    """What taking the merge back does."""
    plan = unmerge_plan(entry)
    moved = roots_without(plan.members, entry)
    gone = moved[entry.merged_id]
    rows = Lead.objects.in_bulk([plan.root, entry.merged_id, *gone])
    words = Words(
        (name, value)
        for _row, fields in plan.changed
        for name, pair in fields.items()
        for value in pair
    )
    back = [
        (row, field_label("lead", name), words.text(name, old), words.text(name, new))
        for row, fields in plan.changed
        for name, (old, new) in fields.items()
    ]
    staying = [pk for pk in plan.members if pk not in gone]
    return SplitPage(
        entry,
        rows[plan.root],
        rows[entry.merged_id],
        [rows[pk] for pk in gone if pk != entry.merged_id],
        back,
        _together([staying, gone], as_recorded=True),
    )


class Words:
    """What people read for stored values, looked up for all of them at once."""

    def __init__(self, values: Iterable[tuple[str, Json]]) -> None:
        ids: dict[str, set[int]] = {"owner": set(), "company": set()}
        for name, value in values:
            if name in ids and isinstance(value, int):
                ids[name].add(value)
        companies = Company.objects.filter(pk__in=ids["company"])
        owners = User.objects.filter(pk__in=ids["owner"])
        self._known: dict[str, dict[Json, str]] = {
            "owner": dict(owners.values_list("pk", "name")),
            "company": dict(companies.values_list("pk", "root__name")),
        }

    def text(self, name: str, value: Json) -> Text:
        """The value in words, '' for none."""
        if name in self._known:
            return self._known[name].get(value, "")
        if isinstance(value, bool):
            return YES if value else NO
        return "" if value is None else str(value)


def _options(
    name: str, people: Sequence[Lead], own: Mapping[int, Mapping[str, Json]], words: Words
) -> list[Option]:
    whose: dict[Text, list[int]] = {}
    for number, row in enumerate(people, start=1):
        if name in own[row.pk]:
            whose.setdefault(words.text(name, own[row.pk][name]), []).append(number)
    return [
        Option(str(people[numbers[0] - 1].uid), text, numbers) for text, numbers in whose.items()
    ]


def _ordered(names: set[str]) -> list[str]:
    attributes = sorted(name for name in names if name.startswith(ATTRIBUTE))
    return [*(name for name in LEAD_FIELDS if name in names), *attributes]


def _together(groups: Sequence[Sequence[int]], *, as_recorded: bool = False) -> list[Together]:
    """How much each group of leads has; whoever stands under a root counts for the root."""
    if not as_recorded:
        members = Lead.objects.filter(root__in=[pk for group in groups for pk in group])
        of: dict[int, list[int]] = {}
        for pk, root in members.values_list("pk", "root_id"):
            of.setdefault(root, []).append(pk)
        groups = [[pk for root in group for pk in of[root]] for group in groups]
    place = {pk: index for index, group in enumerate(groups) for pk in group}
    found = []
    for label, column, rows in _kinds():
        counts = [0] * len(groups)
        of_these = rows.filter(**{f"{column}__in": list(place)}).order_by()
        for pk, count in of_these.values(column).annotate(n=Count("pk")).values_list(column, "n"):
            counts[place[pk]] += count
        found.append(Together(label, counts))
    return [kind for kind in found if kind.total]


def _kinds() -> list[tuple[Text, str, QuerySet[Model]]]:
    """What is counted, by the column that names the lead as recorded."""
    events = Event.objects.filter(origin=Event.Origin.HUMAN, retracted_at=None)
    tasks = Obligation.objects.filter(subject_kind="lead", state=OPEN)
    return [
        (_("Actions"), "lead", events),
        (_("MQLs"), "lead", qualifications_standing()),
        (_("Handovers"), "lead", Handover.objects.all()),
        (_("Deals"), "lead", Deal.objects.all()),
        (_("Activities"), "lead", Activity.objects.all()),
        (_("Open input tasks"), "subject_id", tasks),
        (_("Grounds for mail"), "lead", Basis.objects.filter(withdrawn_at=None)),
    ]


def _canonical(uid: str) -> str:
    return str(UUID(uid))
