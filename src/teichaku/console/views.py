"""The list of leads and the page of one lead."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from teichaku.accounts.access import needs, rights_of
from teichaku.accounts.actors import person_of
from teichaku.consent.lead_block import consented_lead
from teichaku.console.editing import may_contact, may_edit
from teichaku.console.forms import LeadFilterForm, SavedViewForm
from teichaku.console.lead_advice import advice
from teichaku.console.lead_fields import company_fields, lead_fields
from teichaku.console.lead_filters import COUNTED
from teichaku.console.lead_page import (
    deals_of,
    definition_lines,
    lead_label,
    lead_shown,
    qualifications_of,
)
from teichaku.console.lead_prospects import prospect_lines
from teichaku.console.lead_timeline import LAST_PAGE, VIEWS, timeline
from teichaku.console.merge_undo import undo_offered
from teichaku.console.saved_views import views_for_user
from teichaku.console.score_lines import score_lines
from teichaku.console.selectors import leads_listed
from teichaku.deals.first_contact import is_contacted
from teichaku.engine.rulebook.model import Rulebook
from teichaku.forms.lead_block import formed_lead
from teichaku.handover.lead_block import handed_lead
from teichaku.leads.lead_merges import merges_of_lead
from teichaku.leads.models import Lead
from teichaku.rulebook.selectors import (
    DEFAULT_ZONE,
    activation_in_force,
    editions,
    rulebook_in_force,
    rulebook_of,
)
from teichaku.scoring.explanations import lead_outlook
from teichaku.scoring.selectors import segments_of
from teichaku.tracking.claims import same_device

MOST_MERGES = 20


@require_safe
@needs("leads.view")
def lead_list(request: HttpRequest) -> HttpResponse:
    """The leads that the address asks for, by score."""
    form = LeadFilterForm(request.GET)
    rulebook = rulebook_in_force()
    page = None
    if form.is_valid():
        page = leads_listed(form.wanted(), after=form.cleaned_data["after"])
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "page": page,
        "counted": COUNTED,
        "letters": _letters(rulebook),
        "zone": _zone(rulebook),
        "filtered": any(value for name, value in query.items() if name != "sort"),
        "query": query.urlencode(),
        "views": views_for_user(person_of(request), "leads"),
        "view_form": SavedViewForm(),
        "may_export": "leads.export" in rights_of(request),
        "may_import": "intake.import" in rights_of(request),
    }
    return render(request, "console/lead_list.html", context, status=200 if page else 400)


@require_safe
@needs("leads.view")
def lead(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One lead; a merged one leads on to the lead that stands for it."""
    found = lead_shown(uid)
    if found is None:
        raise Http404
    if found.root_id != found.pk:
        return redirect("console:lead", uid=found.root.uid)
    activation = activation_in_force()
    rulebook = rulebook_of(activation.revision.document) if activation else None
    zone = _zone(rulebook)
    context = {
        "lead": found,
        **_own(request, found),
        "qualifications": qualifications_of(found),
        "edition": editions().get(activation.revision_id) if activation else None,
        "timeline": timeline(found, view=_view(request), page=_page(request), zone=zone),
        "revision": activation.revision if activation else None,
        "zone": zone,
        **(_score(found, rulebook) if rulebook else {}),
    }
    return render(request, "console/lead.html", context)


def _own(request: HttpRequest, found: Lead) -> dict[str, object]:
    return {
        "label": lead_label(found),
        "row": found,
        "fields": lead_fields(found),
        "company_fields": company_fields(found.company.root) if found.company else (),
        "edit_url": "console:lead_field",
        "may_edit": may_edit(request, found),
        "may_contact": may_contact(request, found),
        "may_create_deal": "deals.edit" in rights_of(request),
        "contacted": is_contacted(found),
        "deals": deals_of(found),
        "consented": consented_lead(found, rights_of(request)),
        "formed": formed_lead(found, rights_of(request)),
        "handed": handed_lead(found, person_of(request), rights_of(request)),
        "timeline_views": VIEWS.items(),
        "segments": segments_of(found.pk),
        "merges": merges_of_lead(found)[:MOST_MERGES],
        "alike": same_device(found),
        "may_merge": "leads.merge" in rights_of(request),
        "undo": undo_offered(request),
    }


def _score(found: Lead, rulebook: Rulebook) -> dict[str, object]:
    explanation, prospects = lead_outlook(found.pk, rulebook)
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "score": explanation,
        "advice": advice(explanation),
        "prospects": prospect_lines(prospects, rulebook, language),
        "lines": score_lines(explanation.reasons, rulebook),
        "conditions": definition_lines(explanation, language),
    }


def _view(request: HttpRequest) -> str:
    view = request.GET.get("view", "")
    if view not in VIEWS:
        raise Http404
    return view


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= LAST_PAGE):
        raise Http404
    return int(text)


def _zone(rulebook: Rulebook | None) -> ZoneInfo:
    return ZoneInfo(rulebook.timezone if rulebook else DEFAULT_ZONE)


def _letters(rulebook: Rulebook | None) -> list[str]:
    grades = rulebook.scoring.grades if rulebook and rulebook.scoring else None
    return list(grades.fit) if grades else []
