"""Reading what people type about deals: amounts, days, companies, and answers to a gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.core.forms import DayField
from teichaku.deals.deal_values import DAYS, HIGHEST_AMOUNT
from teichaku.deals.gate_checks import Answer, ExceptionWish
from teichaku.deals.gate_words import FIELDS, field_label
from teichaku.deals.home import HERE
from teichaku.deals.lead_choice import FirstContact, LinkChoice
from teichaku.intake.cells import converter_for
from teichaku.intake.fields import FieldType
from teichaku.leads.models import Company, Lead
from teichaku.leads.new_leads import NewLead
from teichaku.leads.references import companies_ensure

LABELS: Mapping[str, Any] = FIELDS
LONGEST_NUMBER = 40
LONGEST_THOUGHT = 3_600  # seconds; beyond that the person did something else
NEW = "new"
_yen = converter_for(FieldType.AMOUNT, pattern=None, zone=UTC)


class AmountField(forms.Field):
    """An amount in whole yen without tax, also written as 120万円 or １，２００，０００."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        super().__init__(**kwargs)  # type: ignore[arg-type]

    def to_python(self, value: object) -> int | None:
        """The yen that the text means, or None for nothing."""
        text = "".join(value.split()) if isinstance(value, str) else ""
        if not text or _yen is None:
            return None
        try:
            found = _yen(text[:LONGEST_NUMBER])
        except (ValueError, ArithmeticError) as error:
            raise ValidationError(_NO_AMOUNT, code="invalid") from error
        if not isinstance(found, int) or not 0 <= found <= HIGHEST_AMOUNT:
            raise ValidationError(_NO_AMOUNT, code="invalid")
        return found


_NO_AMOUNT = gettext_lazy("This is no amount. Enter yen such as 1,200,000 or 120万円.")


def typed_value(name: str, text: str, actor: Actor) -> object:
    """The text as the value of a deal's field; what cannot be read raises ``InvalidInput``."""
    text = text.strip()
    if name in ("company", "channel"):
        return company_named(text, actor).pk if text else None
    if name == "owner":
        return _owner(text) if text else None
    try:
        if name == "amount":
            return AmountField(required=False).clean(text)
        if name in DAYS:
            return DayField(required=False).clean(text)
    except ValidationError as error:
        why = " ".join(error.messages)
        raise InvalidInput(f"{field_label(name)}: {why}", field=name) from error
    return text


def company_named(text: str, actor: Actor) -> Company:
    """The company of that name, as it stands after merges; a new one where nobody has it."""
    found, _new = companies_ensure(
        system=HERE, references={text}, actor=actor, recorded_at=clock.now()
    )
    return Company.objects.select_related("root").get(pk=found[text]).root


def _owner(text: str) -> int:
    try:
        found = User.objects.filter(uid=UUID(text), is_active=True).first()
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(_("There is no such person any more. Choose another."), field="owner")
    return found.pk


def lead_choice(posted: QueryDict) -> LinkChoice | None:
    """The lead that was chosen on the card, or the new one that was described there."""
    # Whoever takes another way out leaves the candidates alone.
    other_way = "ask_exception" in posted or "proceed" in posted
    chosen = "" if other_way else posted.get("lead", "")
    if chosen == NEW:
        how, on = posted.get("first_how", ""), _day(posted, "first_on")
        return LinkChoice(
            new_lead=NewLead(
                name=posted.get("new_name", "")[:200], email=posted.get("new_email", "")[:254]
            ),
            first_contact=FirstContact(how, on) if how and on else None,
        )
    try:
        lead = Lead.objects.filter(uid=UUID(chosen)).first() if chosen else None
    except ValueError:
        lead = None
    if chosen and lead is None:
        raise InvalidInput(
            _("There is no such lead any more. Choose one from the candidates."), field="lead"
        )
    return LinkChoice(lead=lead.pk) if lead else None


def gate_values(posted: QueryDict, actor: Actor) -> tuple[dict[str, object], dict[str, date]]:
    """The values that were entered on the card, and the fields that are unknown until a day."""
    values: dict[str, object] = {}
    unknowns: dict[str, date] = {}
    for key, text in _asked(posted):
        again = _day(posted, f"unknown.{key}")
        if text.strip():
            values[key] = typed_value(key, text, actor)
        elif again is not None:
            unknowns[key] = again
    return values, unknowns


def _asked(posted: QueryDict) -> Iterator[tuple[str, str]]:
    for name in posted:
        if name.startswith("asked."):
            yield name.removeprefix("asked."), str(posted[name])


def told_so_far(posted: QueryDict) -> Mapping[str, str]:
    """What the card has to show again, by the keys of its controls."""
    told = dict(_asked(posted))
    told.update({name: str(posted[name]) for name in posted if name.startswith("unknown.")})
    return told


def gate_answer(posted: QueryDict) -> Answer:
    """What the person answers to the gate: why to go on, or the wish for an exception."""
    wish = None
    if "ask_exception" in posted:
        wish = ExceptionWish(posted.get("wish_reason", ""), posted.get("wish_note", "")[:2_000])
    return Answer(
        proceed_reason=posted.get("proceed_reason", "")[:2_000] if "proceed" in posted else "",
        exception=wish,
        seconds=_seconds(posted.get("asked_at", "")),
    )


def asked_at(posted: QueryDict | None = None) -> str:
    """When the gate first asked, for the form to bring back."""
    before = posted.get("asked_at", "") if posted is not None else ""
    return before if before.isascii() and before.isdigit() else str(int(clock.now().timestamp()))


def _seconds(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    taken = int(clock.now().timestamp()) - int(text)
    return taken if 0 <= taken <= LONGEST_THOUGHT else None


def _day(posted: QueryDict, name: str) -> date | None:
    try:
        found: date | None = DayField(required=False).clean(posted.get(name, ""))
        return found
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field=name) from error
