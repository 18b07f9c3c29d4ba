"""Companies that are one: joining them, and remembering which alike ones are not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Company, DistinctPair
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.selectors import lead_roots_of_companies

FILLED = ("corporate_number", "domain", "industry", "prefecture", "employees", "is_competitor")


def company_merge(*, kept: Company, merged: Company, actor: Actor) -> Company:
    """The company that stands for both from now on, its blanks filled from the other one."""
    with transaction.atomic():
        roots = dict(Company.objects.filter(pk__in=[kept.pk, merged.pk]).values_list("pk", "root"))
        if roots[kept.pk] == roots[merged.pk]:
            raise Conflict(_("The two companies are one already; there is nothing to merge."))
        rows = Company.objects.select_for_update().in_bulk(roots.values())
        keep, gone = rows[roots[kept.pk]], rows[roots[merged.pk]]
        changes = [
            FieldChange("leads.company", pk, "root", gone.pk, keep.pk)
            for pk in Company.objects.filter(root=gone).order_by("pk").values_list("pk", flat=True)
        ]
        # First: a corporate number is unique among roots.
        Company.objects.filter(root=gone).update(root=keep)
        changes += _filled(keep, gone)
        changes_record(changes, actor=actor, at=clock.now(), source="merge")
        audit_record(
            actor=actor,
            action="leads.company_merge",
            object_type="leads.company",
            object_id=keep.pk,
            values={"merged": gone.pk},
        )
        leads = lead_roots_of_companies([keep.pk])
        search_texts_write(leads)
        outbox_emit(topic="leads.companies_written", payload={"companies": [keep.pk, gone.pk]})
        leads_changed.notify(leads)
    return keep


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


def _filled(keep: Company, gone: Company) -> list[FieldChange]:
    fills = company_fills(keep, gone)
    changes = [
        FieldChange("leads.company", keep.pk, name, getattr(keep, name), value)  # type: ignore[arg-type]
        for name, value in fills
    ]
    for name, value in fills:
        setattr(keep, name, value)
    own = {**gone.attributes, **keep.attributes}
    changes += [
        FieldChange("leads.company", keep.pk, f"attribute.{name}", None, own[name])
        for name in gone.attributes.keys() - keep.attributes.keys()
    ]
    keep.attributes = own
    if changes:
        keep.save(update_fields=[*(name for name, _value in fills), "attributes"])
    return changes
