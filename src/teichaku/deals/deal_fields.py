"""The fields of a deal as people read and change them, and where each came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.core.field_editing import Field
from teichaku.core.models import Change
from teichaku.core.registry import Text
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.gate_words import field_label
from teichaku.deals.models import Deal, Stage
from teichaku.intake.fields import ATTRIBUTE

OPEN_FIELDS = ("name", "company", "channel", "owner", "amount", "close_on", "kind", "contact",
               "email", "next_action", "next_action_on")  # fmt: skip
CLOSED_FIELDS = ("closed_on", "deciding_factor", "lost_reason", "competitor", "approach_again_on")
SOURCES: dict[str, Promise] = {
    "web": gettext_lazy("Entered by hand"),
    "undo": gettext_lazy("Entered by hand"),
    "import": gettext_lazy("Import"),
    "api": gettext_lazy("SFA"),
    "suggestion": gettext_lazy("Suggestion accepted"),
    "activity": gettext_lazy("From an activity"),
}
_MODES = {"amount": "numeric", "email": "email"}
_LABELS: dict[str, Promise] = {
    "company": gettext_lazy("End user"),
    "contact": gettext_lazy("Contact"),
    "email": gettext_lazy("E-mail address"),
}


def deal_fields(deal: Deal) -> list[Field]:
    """The fields that can be changed where they stand, the company's own attributes last."""
    names = [*OPEN_FIELDS, *(f"{ATTRIBUTE}{name}" for name in sorted(deal.attributes))]
    unknown = [name for name in deal.unknowns or {} if name not in OPEN_FIELDS]
    names += [f"{ATTRIBUTE}{name}" for name in unknown if f"{ATTRIBUTE}{name}" not in names]
    sources = _last_sources(deal)
    first = SOURCES.get(deal.source, "")
    return [_field(deal, name, sources.get(name) or first) for name in names]


def deal_field(deal: Deal, name: str) -> Field | None:
    """The one field; None when there is no such field."""
    return next((field for field in deal_fields(deal) if field.name == name), None)


def closing_facts(deal: Deal) -> list[tuple[Text, str]]:
    """What was said of the deal when it was closed."""
    if deal.stage.kind == Stage.Kind.OPEN:
        return []
    told = [(field_label(name), _shown(getattr(deal, name))) for name in CLOSED_FIELDS]
    return [(label, value) for label, value in told if value]


def field_choices(field: Field) -> Sequence[tuple[str, Text]]:
    """What a field of kind "choice" may be set to."""
    if field.name == "kind":
        return [("", _("Unknown")), *((kind, kind) for kind in gate_book().kinds)]
    return [("", _("Nobody")), *people_choices()]


def people_choices() -> Sequence[tuple[str, str]]:
    """Who may own a deal."""
    people = User.objects.filter(is_active=True).order_by("kana", "name", "pk")
    return [(str(user.uid), user.name) for user in people]


def _field(deal: Deal, name: str, source: Text) -> Field:
    bare = name.removeprefix(ATTRIBUTE)
    value = deal.attributes.get(bare) if name != bare else getattr(deal, name)
    again = (deal.unknowns or {}).get(bare)
    text = _text(deal, name, value)
    shown = _shown(value, name)
    if again and not shown:
        shown = _("Unknown; ask again on %s") % again.replace("-", "/")
    kinds = {"owner": "choice", "close_on": "day", "next_action_on": "day"}
    if name == "kind" and gate_book().kinds:
        kinds["kind"] = "choice"
    return Field(
        name=name,
        label=_LABELS.get(name) or field_label(bare),
        value=shown,
        text=text,
        source=source if text else "",
        kind=kinds.get(name, "text"),
        mode=_MODES.get(name, "text"),
    )


def _text(deal: Deal, name: str, value: object) -> str:
    if name == "owner":
        return str(deal.owner.uid) if deal.owner else ""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _shown(value: object, name: str = "") -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    if name == "owner" and isinstance(value, User):
        return value.name
    if name == "amount" and isinstance(value, int):
        return _("%s yen") % number_format(value, force_grouping=True)
    return str(value)


def _last_sources(deal: Deal) -> dict[str, Text]:
    rows = Change.objects.filter(object_type="deals.deal", object_id=deal.pk).order_by("-pk")
    found: dict[str, Text] = {}
    for field, source in rows.values_list("field", "source")[:500]:
        found.setdefault(field, SOURCES.get(source, source))
    return found
