"""Companies that are one: joining them and back, and remembering which alike ones are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.intake.fields import ATTRIBUTE
from teichaku.leads.models import Company, CompanyMergeEntry, DistinctPair
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.selectors import lead_roots_of_companies

FILLED = ("corporate_number", "domain", "industry", "prefecture", "employees", "is_competitor")
NUMBERS_AND_FLAGS = ("employees", "is_competitor")  # which are blank as None


def company_merge(*, kept: Company, merged: Company, actor: Actor) -> CompanyMergeEntry:
    """The ledger entry; its kept company stands for both now, blanks filled from the other one."""
    with transaction.atomic():
        roots = dict(Company.objects.filter(pk__in=[kept.pk, merged.pk]).values_list("pk", "root"))
        if roots[kept.pk] == roots[merged.pk]:
            raise Conflict(_("The two companies are one already; there is nothing to merge."))
        rows = Company.objects.select_for_update().in_bulk(roots.values())
        keep, gone = rows[roots[kept.pk]], rows[roots[merged.pk]]
        at = clock.now()
        changes = [
            FieldChange("leads.company", pk, "root", gone.pk, keep.pk)
            for pk in Company.objects.filter(root=gone).order_by("pk").values_list("pk", flat=True)
        ]
        # First: a corporate number is unique among roots.
        Company.objects.filter(root=gone).update(root=keep)
        filled = _fill(keep, gone)
        changes += [
            FieldChange("leads.company", keep.pk, name, None, value)
            for name, value in filled.items()
        ]
        changes_record(changes, actor=actor, at=at, source="merge")
        entry = CompanyMergeEntry.objects.create(
            kept=keep, merged=gone, at=at, filled=filled, **actor_columns(actor)
        )
        _record(entry, "leads.company_merge", actor)
        _tell([keep.pk, gone.pk])
    return entry


def company_unmerge(*, entry: CompanyMergeEntry, actor: Actor) -> None:
    """Nothing; the two are apart again, each with its people, deals and earlier merges.

    What the kept company got for its blanks goes, unless somebody has changed it since.
    """
    with transaction.atomic():
        entry = CompanyMergeEntry.objects.select_for_update().get(pk=entry.pk)
        if entry.undone_at is not None:
            raise Conflict(_("This merge was undone before; the companies are apart already."))
        at = clock.now()
        CompanyMergeEntry.objects.filter(pk=entry.pk).update(undone_at=at)
        old_root = Company.objects.values_list("root_id", flat=True).get(pk=entry.merged_id)
        # First: a corporate number is unique among roots.
        changes = _empty(entry)
        moved = _replayed(old_root)
        _check_numbers(moved)
        for root, companies in moved.items():
            Company.objects.filter(pk__in=companies).update(root=root)
            changes += [
                FieldChange("leads.company", pk, "root", old_root, root) for pk in companies
            ]
        changes_record(changes, actor=actor, at=at, source="unmerge")
        _record(entry, "leads.company_unmerge", actor)
        _tell(sorted({old_root, entry.kept_id, *moved}))


def merges_of(company: Company) -> QuerySet[CompanyMergeEntry]:
    """The merges that stand behind the root company, the latest first."""
    rows = CompanyMergeEntry.objects.filter(merged__root=company, undone_at=None)
    return rows.select_related("merged", "kept").order_by("-at", "-pk")


def _record(entry: CompanyMergeEntry, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor,
        action=action,
        object_type="leads.company",
        object_id=entry.kept_id,
        values={"merged": entry.merged_id},
    )


def _tell(companies: Sequence[int]) -> None:
    roots = Company.objects.filter(pk__in=companies).values_list("root_id", flat=True)
    leads = lead_roots_of_companies(sorted(set(roots)))
    search_texts_write(leads)
    outbox_emit(topic="leads.companies_written", payload={"companies": list(companies)})
    leads_changed.notify(leads)


def _empty(entry: CompanyMergeEntry) -> list[FieldChange]:
    """The kept company without what it got by the merge, as far as it still has that."""
    keep = Company.objects.select_for_update().get(pk=entry.kept_id)
    changes: list[FieldChange] = []
    for name, value in entry.filled.items():
        bare = name.removeprefix(ATTRIBUTE)
        now = keep.attributes.get(bare) if bare != name else getattr(keep, name)
        if now != value:
            continue
        changes.append(FieldChange("leads.company", keep.pk, name, value, None))
        if bare != name:
            keep.attributes = {k: v for k, v in keep.attributes.items() if k != bare}
        else:
            setattr(keep, name, None if name in NUMBERS_AND_FLAGS else "")
    if changes:
        keep.save(update_fields=[*FILLED, "attributes"])
    return changes


def _replayed(old_root: int) -> dict[int, list[int]]:
    """The companies of this root by the root that the merges still standing lead to."""
    members = list(Company.objects.filter(root=old_root).values_list("pk", flat=True))
    standing = CompanyMergeEntry.objects.filter(merged__in=members, undone_at=None)
    into = dict(standing.values_list("merged_id", "kept_id"))
    moved: dict[int, list[int]] = {}
    for company in members:
        root = company
        while root in into:
            root = into[root]
        if root != old_root:
            moved.setdefault(root, []).append(company)
    return moved


def _check_numbers(roots: Iterable[int]) -> None:
    """Nothing; a root to be whose corporate number another root has by now raises ``Conflict``."""
    numbered = Company.objects.filter(pk__in=roots).exclude(corporate_number="")
    for company in numbered:
        others = Company.objects.filter(
            corporate_number=company.corporate_number, root=F("pk")
        ).exclude(pk=company.pk)
        if other := others.first():
            raise Conflict(
                _(
                    "%(name)s has the same corporate number by now, so the two cannot be apart."
                    " Correct the number of one of them first."
                )
                % {"name": other.name},
                company=other.pk,
            )


def company_fills(kept: Company, merged: Company) -> list[tuple[str, object]]:
    """The blank fields of the one, with what the other has for them."""
    return [
        (name, getattr(merged, name))
        for name in FILLED
        if getattr(kept, name) in ("", None) and getattr(merged, name) not in ("", None)
    ]


def pairs_keep_apart(*, kind: DistinctPair.Kind, roots: Iterable[int], actor: Actor) -> None:
    """Nothing; no two of these roots are shown as duplicates again."""
    pairs = list(combinations(sorted(set(roots)), 2))
    with transaction.atomic():
        DistinctPair.objects.bulk_create(
            (
                DistinctPair(
                    kind=kind, first_id=one, second_id=two, at=clock.now(), **actor_columns(actor)
                )
                for one, two in pairs
            ),
            ignore_conflicts=True,
        )
        audit_record(
            actor=actor,
            action="leads.keep_apart",
            object_type=f"leads.{kind}",
            count=max(len(pairs), 1),
        )


def pairs_apart(kind: DistinctPair.Kind) -> set[tuple[int, int]]:
    """The pairs that a person has said are not one, the smaller id first."""
    return set(DistinctPair.objects.filter(kind=kind).values_list("first_id", "second_id"))


def _fill(keep: Company, gone: Company) -> dict[str, Any]:
    """What the kept company got for its blanks."""
    filled: dict[str, Any] = dict(company_fills(keep, gone))
    for name, value in filled.items():
        setattr(keep, name, value)
    own = {
        f"{ATTRIBUTE}{name}": value
        for name, value in gone.attributes.items()
        if name not in keep.attributes
    }
    keep.attributes = {**gone.attributes, **keep.attributes}
    if filled or own:
        keep.save(update_fields=[*filled, "attributes"])
    return filled | own
