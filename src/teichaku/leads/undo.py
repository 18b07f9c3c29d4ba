"""What an import brought to the room, taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from teichaku.core.actors import Actor
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.intake.undoables import Computed, Undoable, computed_register, undoable_register
from teichaku.leads.company_merges import company_unmerge
from teichaku.leads.models import (
    Company,
    CompanyIdentity,
    CompanyMergeEntry,
    Lead,
    LeadIdentity,
    MergeEntry,
    SearchText,
    StageEntry,
)
from teichaku.leads.names import company_name_key, email_key
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.selectors import lead_roots_of_companies
from teichaku.leads.services import lead_unmerge


def undo_register() -> None:
    """Nothing; imports can be taken back from the tables of the room."""
    undoable_register(
        Undoable(
            Lead, _("Leads"), topic=("leads.written", "leads"), leads=_roots,
            derive=_lead_derived, restored=_leads_restored,
        )
    )  # fmt: skip
    undoable_register(
        Undoable(
            Company, _("Companies"), topic=("leads.companies_written", "companies"),
            derive=_company_derived, restored=_companies_restored,
        )
    )  # fmt: skip
    undoable_register(Undoable(LeadIdentity, _("Ids of leads"), part_of="lead"))
    undoable_register(Undoable(CompanyIdentity, _("Ids of companies"), part_of="company"))
    undoable_register(
        Undoable(StageEntry, _("Stages of leads"), leads=_leads_of_stages, part_of="lead")
    )
    undoable_register(Undoable(MergeEntry, _("Merges"), before=_merges_undo, early=True))
    undoable_register(
        Undoable(CompanyMergeEntry, _("Merges of companies"), before=_company_merges_undo)
    )
    computed_register(Computed(Lead, SearchText))


def _roots(ids: Sequence[int]) -> Collection[int]:
    return Lead.objects.filter(pk__in=ids).values_list("root_id", flat=True)


def _leads_of_stages(ids: Sequence[int]) -> Collection[int]:
    return StageEntry.objects.filter(pk__in=ids).values_list("lead__root_id", flat=True)


def _lead_derived(values: Mapping[str, object]) -> dict[str, object]:
    return {"email_key": email_key(str(values["email"]))}


def _leads_restored(ids: Sequence[int], actor: Actor) -> None:
    search_texts_write(ids)
    outbox_emit(topic="leads.written", payload={"leads": list(ids)})
    leads_changed.notify(sorted(set(_roots(ids))))


def _company_derived(values: Mapping[str, object]) -> dict[str, object]:
    name = str(values["name"])
    return {"name_key": company_name_key(name) if name else ""}


def _companies_restored(ids: Sequence[int], actor: Actor) -> None:
    outbox_emit(topic="leads.companies_written", payload={"companies": list(ids)})
    leads = lead_roots_of_companies(ids)
    search_texts_write(leads)
    leads_changed.notify(leads)


def _merges_undo(ids: Sequence[int], actor: Actor) -> None:
    for entry in MergeEntry.objects.filter(pk__in=ids, undone_at=None).order_by("-pk"):
        lead_unmerge(entry=entry, actor=actor)


def _company_merges_undo(ids: Sequence[int], actor: Actor) -> None:
    entries = CompanyMergeEntry.objects.filter(pk__in=ids, undone_at=None)
    for entry in entries.order_by("-pk"):
        company_unmerge(entry=entry, actor=actor)
