"""What people may enter about a deal, checked and typed before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from django.db.models import Model
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core.canonical import Json
from teichaku.core.errors import InvalidInput
from teichaku.deals.gate_rules import GateBook
from teichaku.deals.gate_words import field_label
from teichaku.deals.models import Activity, Deal
from teichaku.intake.fields import ATTRIBUTE, nearest
from teichaku.leads.attributes import attributes_register
from teichaku.leads.models import AttributeDefinition, Company

TEXTS = (
    "name", "kind", "next_action", "email", "contact", "lost_reason", "deciding_factor",
    "competitor",
)  # fmt: skip
DAYS = ("close_on", "next_action_on")
LINKS: dict[str, type[Model]] = {"company": Company, "channel": Company, "owner": User}
LONGEST_TEXT = 2_000
HIGHEST_AMOUNT = 10**15
ENTERED = (*TEXTS, "amount", *DAYS, *LINKS)


@dataclass(frozen=True, slots=True)
class EnteredValues:
    """Entered values by column (a link by its id), attributes and fields answered with 不明."""

    columns: Mapping[str, object]
    attributes: Mapping[str, Json] = field(default_factory=dict)
    unknowns: Mapping[str, str] = field(default_factory=dict)

    def put(self, row: Deal | Activity) -> None:
        """Nothing; the row, not yet saved, holds the values; an answer ends its 不明."""
        for name, value in self.columns.items():
            setattr(row, f"{name}_id" if name in LINKS else name, value)
        row.attributes = {**row.attributes, **self.attributes}
        answered = {*self.columns, *self.attributes}
        open_ones = {k: v for k, v in (row.unknowns or {}).items() if k not in answered}
        row.unknowns = {**open_ones, **self.unknowns} or None


def deal_values(
    values: Mapping[str, object], unknowns: Mapping[str, date], book: GateBook
) -> EnteredValues:
    """The values as they are stored; what cannot be raises ``InvalidInput`` and names the field.

    ``unknowns``: fields that are 不明 for now, and the day to ask again.
    """
    columns: dict[str, object] = {}
    own: dict[str, object] = {}
    for name, value in values.items():
        if name.startswith(ATTRIBUTE):
            own[name.removeprefix(ATTRIBUTE)] = value
        else:
            columns[name] = _checked(name, value)
    _check_choice("kind", columns.get("kind"), book.kinds)
    _check_choice("lost_reason", columns.get("lost_reason"), book.lost_reasons)
    return EnteredValues(columns, attributes_typed("deal", own), unknowns_stored(unknowns))


def _checked(name: str, value: object) -> object:
    if name in TEXTS and isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise _invalid(name, _("it is longer than %d characters") % LONGEST_TEXT)
        return value.strip()
    if name == "amount" and (value is None or _is_amount(value)):
        return value
    if name in DAYS and (value is None or type(value) is date):
        return value
    if name in LINKS and (value is None or type(value) is int):
        if value is not None and not LINKS[name]._default_manager.filter(pk=value).exists():
            raise _invalid(name, _("there is no such record any more"))
        return value
    if name not in ENTERED:
        near = nearest(name, list(ENTERED))
        hint = _(" Did you mean %s?") % near if near else ""
        raise InvalidInput(_("A deal has no field %s that can be entered.") % name + hint)
    raise _invalid(name, _("its value cannot be read"))


def amount_checked(value: object) -> int:
    """The amount in whole yen, tax-exclusive; what is no such amount raises ``InvalidInput``."""
    if not _is_amount(value):
        raise _invalid("amount", _("it has to be a whole number of yen, without tax"))
    return cast(int, value)


def _is_amount(value: object) -> bool:
    return type(value) is int and 0 <= value <= HIGHEST_AMOUNT


def _check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    if value and choices and value not in choices:
        raise _invalid(name, _("the rulebook has %s") % ", ".join(choices))


def attributes_typed(entity: str, own: Mapping[str, object]) -> dict[str, Json]:
    """The company's own fields; texts are read as the registry says, new ones join it as texts."""
    texts = {name: value.strip() for name, value in own.items() if isinstance(value, str)}
    if not texts:
        return {name: cast("Json", value) for name, value in own.items()}
    types = dict.fromkeys(texts, AttributeDefinition.Type.TEXT.value)
    reader = attributes_register(entity, types)
    return {
        name: reader.value(name, texts[name]) if texts.get(name) else cast("Json", value or None)
        for name, value in own.items()
    }


def unknowns_stored(unknowns: Mapping[str, date]) -> dict[str, str]:
    """The fields that are 不明 for now, each with its day as it is stored."""
    for name, ask_again in unknowns.items():
        if type(ask_again) is not date:
            raise _invalid(name, _("不明 needs a day to ask again"))
    return {
        name.removeprefix(ATTRIBUTE): ask_again.isoformat() for name, ask_again in unknowns.items()
    }


def future_day(name: str, value: date, book: GateBook) -> date:
    """The day, which has to lie after today; else ``InvalidInput``."""
    if value <= book.today():
        raise _invalid(name, _("the day has to lie in the future"))
    return value


def _invalid(name: str, why: str) -> InvalidInput:
    return InvalidInput(
        _("%(field)s cannot be taken: %(why)s.") % {"field": field_label(name), "why": why},
        field=name,
    )
