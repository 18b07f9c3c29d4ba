"""One deal: creating it, its page, and everything that is entered there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.entry_times import entry_time_tell
from teichaku.core.errors import InvalidInput, TeichakuError
from teichaku.deals.activities import activity_record
from teichaku.deals.deal_forms import ActivityForm, LostForm, WonForm, closing_form
from teichaku.deals.deal_input import asked_at, company_named, lead_choice, told_so_far
from teichaku.deals.deal_page import deal_page, recorded_only
from teichaku.deals.deal_steps import deal_closed_by_card, deal_linked, deal_moved
from teichaku.deals.gate_card import GateCard, refusal_card, unchosen_text
from teichaku.deals.gate_checks import ExceptionWish, GateRefused
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.home import pipeline_is_here
from teichaku.deals.lead_decisions import deal_unlink
from teichaku.deals.models import Deal
from teichaku.deals.new_deal import (
    Created,
    NewDealForm,
    creation_preview,
    deal_from_form,
    lead_facts,
)
from teichaku.deals.reading import deal_read
from teichaku.deals.visible_deals import deal_or_404, deal_to_edit, may_edit
from teichaku.deals.waivers import waiver_request
from teichaku.leads.models import Company, Lead
from teichaku.leads.names import company_name_key

READS_OR_WRITES = require_http_methods(["GET", "HEAD", "POST"])
ENDS = ("won", "lost")


@READS_OR_WRITES
@needs("deals.edit")
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new deal with what the gate says of it, or on to the deal."""
    if request.method != "POST":
        return _new_form(request)
    form = NewDealForm(request.POST, kinds=gate_book().kinds)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    try:
        created = deal_from_form(form, request.POST, actor_of(person_of(request)))
    except GateRefused as refusal:
        card = refusal_card(refusal, told_so_far(request.POST))
        pressed = "asked_at" in request.POST
        context = {"card": card, "unchosen": unchosen_text(card) if pressed else ""}
        return _new_page(request, form, status=422, **context)
    except TeichakuError as error:
        return _new_page(
            request, form, status=422, card=_card_again(request, form), **_error(error)
        )
    entry_time_tell(request.POST, subject_kind="deal", subject_id=created.deal.pk)
    _tell_created(request, created)
    return redirect("deals:detail", uid=created.deal.uid)


def _card_again(request: HttpRequest, form: NewDealForm) -> GateCard | None:
    """The card that the person was answering, so that the answer stays on the page."""
    actor = actor_of(person_of(request))
    if "asked_at" not in request.POST or not pipeline_is_here():
        return None
    return creation_preview(company_named(form.cleaned_data["company"], actor), actor)


def _new_form(request: HttpRequest) -> HttpResponse:
    lead = _lead(request.GET.get("lead", ""))
    company = lead.root.company if lead else _company(request.GET.get("company", ""))
    company = company.root if company else None
    form = NewDealForm(
        initial={"company": company.name if company else ""}, kinds=gate_book().kinds
    )
    card, context = None, dict[str, Any]()
    try:
        if company is not None:
            card = creation_preview(company, actor_of(person_of(request)), lead)
    except TeichakuError as error:
        context = _error(error)
    return _new_page(request, form, card=card, lead=lead, **context)


def _new_page(
    request: HttpRequest, form: NewDealForm, *, status: int = 200, **more: object
) -> HttpResponse:
    chosen = more.get("lead") or _lead(request.POST.get("lead", ""))
    told = {
        "form": form,
        "lead": chosen,
        "facts": lead_facts(chosen) if isinstance(chosen, Lead) else [],
        "asked_at": asked_at(request.POST),
        "posted": request.POST,
        **more,
    }
    return render(request, "deals/new.html", told, status=status)


def _tell_created(request: HttpRequest, created: Created) -> None:
    if created.deal.is_pending:
        messages.info(
            request,
            _(
                "The deal is saved and waits for the answer to its exception. Until then no figure"
                " counts it."
            ),
        )
        return
    messages.success(
        request,
        _("The deal is created. Fields filled in by themselves %(auto)d, entered %(typed)d.")
        % {"auto": created.automatic, "typed": created.typed},
    )
    for text in recorded_only(created.deal):
        messages.warning(request, text)


@require_safe
@needs("deals.view")
def lead_preview(request: HttpRequest) -> HttpResponse:
    """What a deal would know at once from the lead that is being chosen."""
    lead = _lead(request.GET.get("lead", ""))
    facts = lead_facts(lead) if lead else []
    return render(request, "deals/lead_facts.html", {"facts": facts})


@require_safe
@needs("deals.view")
def companies(request: HttpRequest) -> HttpResponse:
    """The companies whose name begins like that, as suggestions."""
    key = company_name_key(request.GET.get("company", "")[:100])
    rows = Company.objects.filter(name_key__startswith=key).order_by("name_key", "pk")
    names = rows.values_list("name", flat=True)[:10] if key else []
    return render(request, "deals/company_options.html", {"names": names})


@require_safe
@needs("deals.view")
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One deal."""
    found = deal_or_404(request, uid)
    deal_read(found, person_of(request).pk)
    return _detail(request, found)


def _detail(request: HttpRequest, deal: Deal, *, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "activity": ActivityForm(book=gate_book()),
        **deal_page(deal, may_edit=may_edit(request, deal)),
        **more,
    }
    return render(request, "deals/detail.html", context, status=status)


@require_POST
@needs("deals.edit")
def activity(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The deal with the activity that was entered."""
    deal = deal_to_edit(request, uid)
    form = ActivityForm(request.POST, book=gate_book())
    if not form.is_valid():
        return _detail(request, deal, activity=form, status=422)
    try:
        made = activity_record(entry=form.entry(), deal=deal, actor=actor_of(person_of(request)))
    except TeichakuError as error:
        return _detail(request, deal, activity=form, status=422, error=str(error))
    entry_time_tell(request.POST, subject_kind="activity", subject_id=made.pk)
    messages.success(request, _("The activity is recorded."))
    return redirect("deals:detail", uid=deal.uid)


@READS_OR_WRITES
@needs("deals.edit")
def stage(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The deal in another stage; what a gate refuses is shown with its ways out."""
    deal = deal_to_edit(request, uid)
    to = request.POST.get("stage", "")
    if request.method != "POST":
        return redirect("deals:detail", uid=deal.uid)
    if to in ENDS:
        return redirect("deals:close", uid=deal.uid, outcome=to)
    try:
        moved = deal_moved(deal, to, request.POST, actor_of(person_of(request)))
    except GateRefused as refusal:
        return _refused(request, deal, refusal, {"stage": to})
    except TeichakuError as error:
        messages.error(request, str(error))
        return _back(request, deal)
    if moved.stage_id != deal.stage_id:
        messages.success(
            request,
            _("“%(deal)s” is now in the stage %(stage)s.")
            % {"deal": moved, "stage": moved.stage.shown},
        )
        for text in recorded_only(moved):
            messages.warning(request, text)
    return _back(request, deal)


@READS_OR_WRITES
@needs("deals.edit")
def close(request: HttpRequest, uid: UUID, outcome: str) -> HttpResponse:
    """The card that closes a deal, or the closed deal."""
    deal = deal_to_edit(request, uid)
    if outcome not in ENDS:
        raise Http404
    form = closing_form(outcome, request.POST or None, amount=deal.amount)
    context: dict[str, object] = {"deal": deal, "form": form, "outcome": outcome}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "deals/close.html", context, status=status)
    assert isinstance(form, WonForm | LostForm)
    try:
        deal_closed_by_card(deal, form.closing(), request.POST, actor_of(person_of(request)))
    except GateRefused as refusal:
        return _refused(request, deal, refusal, {k: str(v) for k, v in request.POST.items()})
    except TeichakuError as error:
        _place(form, error)
        return render(request, "deals/close.html", context, status=422)
    entry_time_tell(request.POST, subject_kind="deal", subject_id=deal.pk)
    messages.success(request, _("The deal is closed as won.") if outcome == "won" else _lost(form))
    return redirect("deals:detail", uid=deal.uid)


def _lost(form: WonForm | LostForm) -> str:
    again = form.cleaned_data.get("approach_again_on")
    if again is None:
        return _("The deal is closed as lost.")
    return _("The deal is closed as lost. On %(day)s there will be a task to approach again.") % {
        "day": f"{again:%Y/%m/%d}"
    }


@require_POST
@needs("deals.edit")
def link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The deal linked to the lead that was chosen, or without one."""
    deal = deal_to_edit(request, uid)
    actor = actor_of(person_of(request))
    try:
        if "unlink" in request.POST:
            deal_unlink(deal=deal, actor=actor)
            messages.success(request, _("The link to the lead is taken away."))
        elif (choice := lead_choice(request.POST)) is not None:
            deal_linked(deal, choice, actor)
            messages.success(request, _("The deal is linked to its lead."))
        else:
            messages.error(request, _("Choose a lead from the candidates."))
    except TeichakuError as error:
        messages.error(request, str(error))
    return redirect("deals:detail", uid=deal.uid)


@require_POST
@needs("deals.edit")
def exception_ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The deal, for which an exception is asked now."""
    deal = deal_to_edit(request, uid)
    told = {name: request.POST.get(name, "")[:2_000] for name in ("gate", "reason", "note")}
    try:
        waiver_request(
            deal=deal,
            gate_id=told["gate"],
            wish=ExceptionWish(told["reason"], told["note"]),
            actor=actor_of(person_of(request)),
        )
    except TeichakuError as error:
        return _detail(request, deal, status=422, wish={**told, "error": str(error)})
    messages.success(request, _("The exception is asked for. Somebody else answers it."))
    return redirect("deals:detail", uid=deal.uid)


def _refused(
    request: HttpRequest, deal: Deal, refusal: GateRefused, kept: dict[str, str]
) -> HttpResponse:
    """The page of a step that a gate refused; ``kept`` is what the step itself says."""
    card = refusal_card(refusal, told_so_far(request.POST))
    answers = ("asked.", "unknown.", "proceed", "wish_", "ask_", "lead", "new_", "first_", "csrf")
    context = {
        "deal": deal,
        "card": card,
        "kept": {k: v for k, v in kept.items() if not k.startswith(answers) and k != "next"},
        "next": request.POST.get("next", ""),
        "asked_at": asked_at(request.POST),
        "posted": request.POST,
        "unchosen": unchosen_text(card) if "asked_at" in request.POST else "",
    }
    return render(request, "deals/refused.html", context, status=422)


def _back(request: HttpRequest, deal: Deal) -> HttpResponse:
    if request.POST.get("next") == "board":
        return redirect("deals:board")
    return redirect("deals:detail", uid=deal.uid)


def _place(form: WonForm | LostForm, error: TeichakuError) -> None:
    field = error.data.get("field")
    form.add_error(field if field in form.fields else None, str(error))


def _error(error: TeichakuError) -> dict[str, object]:
    field = error.data.get("field") if isinstance(error, InvalidInput) else None
    return {"error": str(error), "error_field": field}


def _lead(text: str) -> Lead | None:
    try:
        rows = Lead.objects.select_related("root__company__root")
        return rows.filter(uid=UUID(text)).first() if text else None
    except ValueError:
        return None


def _company(text: str) -> Company | None:
    try:
        return Company.objects.filter(uid=UUID(text)).first() if text else None
    except ValueError:
        return None
