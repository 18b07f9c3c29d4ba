"""What merging leads would do, and what taking a merge back would, before either is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.leads.merge_fields import Cells, Ledger, Values, cells_of, values_of
from teichaku.leads.models import Lead, MergeEntry, StageEntry

Changed = Mapping[str, tuple[Json, Json]]  # fields with the values before and after


@dataclass(frozen=True, slots=True)
class MergePlan:
    """The root that stays, those that become part of it, and what each does to its fields."""

    kept: Lead
    merged: Sequence[Lead]
    cells: Mapping[int, Cells]
    changed: Changed

    @property
    def values(self) -> Values:
        """The fields that the kept one has afterwards."""
        return values_of(self.kept) | {name: new for name, (_old, new) in self.changed.items()}


@dataclass(frozen=True, slots=True)
class UnmergePlan:
    """The root of all until now, its leads, the fields that go back, and merges told anew."""

    root: int
    members: Sequence[int]
    changed: Sequence[tuple[Lead, Changed]]
    touched: Sequence[MergeEntry]


def merge_plan(
    kept: Lead, merged: Sequence[Lead], chosen: Mapping[str, int], *, lock: bool = False
) -> MergePlan:
    """What merging does: nothing chosen is the kept one's value, else the first that is filled.

    Of a known person and a browser the person stays. The stage is of whoever entered one last.
    """
    ids = [kept.pk, *(row.pk for row in merged)]
    roots = dict(Lead.objects.filter(pk__in=ids).values_list("pk", "root_id"))
    order = list(dict.fromkeys(roots[pk] for pk in ids))
    rows = {row.pk: row for row in _rows(order, lock)}
    if any(row.kind == Lead.Kind.ERASED for row in rows.values()):
        raise Conflict(_("A person who was erased cannot be merged with anybody."))
    known = [pk for pk in order if rows[pk].kind == Lead.Kind.KNOWN]
    keep = rows[known[0]] if known else rows[order[0]]
    taken = _taken([pk for pk in order if pk != keep.pk], keep.pk, chosen, roots)
    before = values_of(keep)
    now, cells = dict(before), {}
    for pk, names in taken.items():
        cells[pk] = cells_of(now, values_of(rows[pk]), names)
        now |= {name: cell["put"] for name, cell in cells[pk].items()}
    changed = {
        name: (before.get(name), value) for name, value in now.items() if before.get(name) != value
    }
    return MergePlan(keep, [rows[pk] for pk in taken], cells, changed)


def unmerge_plan(entry: MergeEntry, *, lock: bool = False) -> UnmergePlan:
    """What taking the merge back does to the fields of everybody under one root with its two."""
    root = Lead.objects.values_list("root_id", flat=True).get(pk=entry.merged_id)
    members = Lead.objects.filter(root=root).order_by("pk")
    rows = {row.pk: row for row in (members.select_for_update() if lock else members)}
    standing = MergeEntry.objects.filter(merged__in=rows, undone_at=None).exclude(pk=entry.pk)
    ledger = Ledger(list(standing.order_by("pk")), {pk: values_of(row) for pk, row in rows.items()})
    ledger.forget(entry)
    gone = _left({change["owner"][1] for change in ledger.changed.values() if "owner" in change})
    changed = []
    for pk, fields in ledger.changed.items():
        # Whoever has left does not get leads back.
        kept = {n: pair for n, pair in fields.items() if not (n == "owner" and pair[1] in gone)}
        changed.append((rows[pk], kept))
    return UnmergePlan(root, list(rows), changed, ledger.touched)


def roots_without(
    members: Collection[int], entry: MergeEntry | None = None
) -> dict[int, list[int]]:
    """The leads that get another root by the merges that stand, or would without ``entry``."""
    standing = MergeEntry.objects.filter(merged__in=members, undone_at=None)
    if entry is not None:
        standing = standing.exclude(pk=entry.pk)
    into = dict(standing.values_list("merged_id", "kept_id"))
    moved: dict[int, list[int]] = {}
    for lead, old in Lead.objects.filter(pk__in=members).order_by("pk").values_list("pk", "root"):
        root = lead
        while root in into:
            root = into[root]
        if root != old:
            moved.setdefault(root, []).append(lead)
    return moved


def merges_of_lead(lead: Lead) -> QuerySet[MergeEntry]:
    """The merges that stand behind the root lead, the latest first."""
    rows = MergeEntry.objects.filter(merged__root=lead, undone_at=None)
    return rows.select_related("merged", "kept").order_by("-at", "-pk")


def _rows(ids: Sequence[int], lock: bool) -> QuerySet[Lead]:
    rows = Lead.objects.filter(pk__in=ids, root=F("pk")).order_by("pk")
    return rows.select_for_update() if lock else rows


def _taken(
    merged: Sequence[int], kept: int, chosen: Mapping[str, int], roots: Mapping[int, int]
) -> dict[int, set[str]]:
    """The fields whose value each merged root gives, by choice or as the last one with a stage."""
    taken: dict[int, set[str]] = {pk: set() for pk in merged}
    wanted = dict(chosen)
    if "stage" not in wanted and (last := _staged_last([kept, *merged])) is not None:
        wanted["stage"] = last
    for name, pk in wanted.items():
        if pk not in roots:
            raise InvalidInput(
                _("One of the values belongs to a lead that is not merged. Choose again.")
            )
        if roots[pk] in taken:
            taken[roots[pk]].add(name)
    return taken


def _staged_last(roots: Sequence[int]) -> int | None:
    entries = StageEntry.objects.filter(lead__root__in=roots).exclude(stage="").order_by()
    last = entries.values("lead__root").annotate(last=Max("at")).order_by("-last", "lead__root")
    return last.values_list("lead__root", flat=True).first()


def _left(owners: Collection[Json]) -> set[int]:
    ids = [owner for owner in owners if isinstance(owner, int)]
    return set(User.objects.filter(pk__in=ids, is_active=False).values_list("pk", flat=True))
