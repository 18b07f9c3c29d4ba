"""The fields of a lead or company as people read and change them, and where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.core.field_editing import Field
from teichaku.core.models import Change
from teichaku.core.registry import Text
from teichaku.forms.selectors import came_by_form
from teichaku.leads.lead_writes import (
    ATTRIBUTE,
    COMPANY_FIELDS,
    LEAD_FIELDS,
    company_texts,
    lead_texts,
)
from teichaku.leads.models import AttributeDefinition, Company, CompanyIdentity, Lead, LeadIdentity

LABELS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "kana": gettext_lazy("Reading of the name"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Telephone"),
    "department": gettext_lazy("Department"),
    "title": gettext_lazy("Job title"),
    "company": gettext_lazy("Company"),
    "owner": gettext_lazy("Owner"),
    "stage": gettext_lazy("Stage"),
    "source": gettext_lazy("Marketing source"),
    "campaign": gettext_lazy("Campaign"),
    "corporate_number": gettext_lazy("Corporate number"),
    "domain": gettext_lazy("Website"),
    "industry": gettext_lazy("Industry"),
    "prefecture": gettext_lazy("Prefecture"),
    "employees": gettext_lazy("Employees"),
    "is_competitor": gettext_lazy("Competitor"),
}
_OF: Mapping[str, dict[str, Promise]] = {
    "lead": {},
    "company": {"name": gettext_lazy("Company name")},
}
SOURCES: Mapping[str, Promise] = {
    "manual": gettext_lazy("Entered by hand"),
    "undo": gettext_lazy("Entered by hand"),
    "import": gettext_lazy("Import"),
    "excel": gettext_lazy("Excel"),
    "form": gettext_lazy("Form"),
    "merge": gettext_lazy("Merge"),
    "unmerge": gettext_lazy("Merge"),
    "sfa": gettext_lazy("SFA"),
    "suggestion": gettext_lazy("Suggestion accepted"),
}
_BY_ACTOR: Mapping[str, Promise] = {
    "human": gettext_lazy("Entered by hand"),
    "import": gettext_lazy("Import"),
    "integration": gettext_lazy("SFA"),
    "automation": gettext_lazy("Automatic"),
}
MOST_CHANGES = 1_000
_MODES = {"email": "email", "phone": "tel", "employees": "numeric", "domain": "url"}


def lead_fields(lead: Lead) -> list[Field]:
    """The lead's own fields, in the order of the page, the company's own attributes last."""
    own = _own_labels("lead", lead.attributes)
    return list(
        _fields("lead", lead, lead_texts(lead, [*LEAD_FIELDS, *own]), _lead_origin(lead), own)
    )


def lead_field(lead: Lead, name: str) -> Field | None:
    """The one field, with what it may be changed to; None when there is no such field."""
    return next((field for field in lead_fields(lead) if field.name == name), None)


def company_fields(company: Company) -> list[Field]:
    """The company's fields, in the order of the page."""
    own = _own_labels("company", company.attributes)
    known = CompanyIdentity.objects.filter(company=company).exists()
    origin = SOURCES["import"] if known else SOURCES["manual"]
    texts = company_texts(company, [*COMPANY_FIELDS, *own])
    return list(_fields("company", company, texts, origin, own))


def company_field(company: Company, name: str) -> Field | None:
    """The one field; None when there is no such field."""
    return next((field for field in company_fields(company) if field.name == name), None)


def field_choices(field: Field) -> Sequence[tuple[str, Text]]:
    """What a field of kind "choice" may be set to."""
    if field.name == "owner":
        people = User.objects.filter(is_active=True).order_by("kana", "name", "pk")
        return [("", _("Nobody")), *((str(user.uid), user.name) for user in people)]
    return [("", _("Unknown")), ("true", _("Yes")), ("false", _("No"))]


def field_label(kind: str, name: str) -> Text:
    """What people call the field."""
    if known_label := (LABELS | _OF[kind]).get(name):
        return known_label
    bare = name.removeprefix(ATTRIBUTE)
    known = AttributeDefinition.objects.filter(object=kind, name=bare).first()
    return (known.label if known else "") or bare


def source_word(source: str, actor_kind: str) -> Text:
    """How the page says where a value came from."""
    return SOURCES.get(source) or _BY_ACTOR.get(actor_kind) or source


def _fields(
    kind: str,
    row: Lead | Company,
    texts: Mapping[str, str],
    origin: Text,
    labels: Mapping[str, str],
) -> Iterator[Field]:
    sources = _last_sources(f"leads.{kind}", row.pk)
    for name, text in texts.items():
        label = (LABELS | _OF[kind]).get(name) or labels.get(name) or name.removeprefix(ATTRIBUTE)
        yield Field(
            name=name,
            label=label,
            value=_shown(row, name, text),
            text=text,
            source=(sources.get(name) or origin) if text else "",
            kind="choice" if name in ("owner", "is_competitor") else "text",
            mode=_MODES.get(name, "text"),
        )


def _shown(row: Lead | Company, name: str, text: str) -> str:
    if name == "owner" and isinstance(row, Lead):
        return row.owner.name if row.owner else ""
    return {"true": _("Yes"), "false": _("No")}.get(text, text)


def _last_sources(object_type: str, object_id: int) -> dict[str, Text]:
    rows = (
        Change.objects.filter(object_type=object_type, object_id=object_id)
        .order_by("-at", "-pk")
        .values_list("field", "source", "actor_kind")[:MOST_CHANGES]
    )
    found: dict[str, Text] = {}
    for field, source, actor_kind in rows:
        found.setdefault(field, source_word(source, actor_kind))
    return found


def _lead_origin(lead: Lead) -> Text:
    if LeadIdentity.objects.filter(lead=lead).exists():
        return SOURCES["import"]
    return SOURCES["form" if came_by_form(lead) else "manual"]


def _own_labels(kind: str, attributes: Mapping[str, object]) -> dict[str, str]:
    rows = AttributeDefinition.objects.filter(object=kind).order_by("name")
    labels = dict(rows.values_list("name", "label"))
    return {f"{ATTRIBUTE}{name}": labels.get(name, "") for name in [*labels, *attributes]}
