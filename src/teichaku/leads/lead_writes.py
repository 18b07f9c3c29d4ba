"""Changes of single leads and companies by hand or from a worksheet, with the history of fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput, NotFound
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.intake.normalise import kana_full, phone_bare
from teichaku.leads.attributes import AttributeReader
from teichaku.leads.models import AttributeDefinition, Company, Lead, StageEntry
from teichaku.leads.names import (
    company_name_key,
    corporate_number_key,
    domain_key,
    email_is_personal,
    email_key,
)
from teichaku.leads.references import companies_ensure, roots_with_email
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.selectors import lead_roots_of_companies

LEAD_TEXTS = (
    "name", "kana", "email", "phone", "department", "title", "stage", "source", "campaign",
)  # fmt: skip
LEAD_FIELDS = (*LEAD_TEXTS, "company", "owner")
COMPANY_TEXTS = ("name", "corporate_number", "domain", "industry", "prefecture")
COMPANY_FIELDS = (*COMPANY_TEXTS, "employees", "is_competitor")
ATTRIBUTE = "attribute."
MOST_EMPLOYEES = 10_000_000
# Fields as texts, as people and worksheets see them.
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Edit:
    """One field to be changed: its stored value before and after."""

    name: str
    old: Json
    new: Json


def lead_update(
    *, lead: Lead, values: Texts, actor: Actor, source: str, seen: Texts | None = None
) -> list[FieldChange]:
    """The changes that the texts made, of fields in ``LEAD_FIELDS`` or ``attribute.NAME``.

    ``seen`` holds what the person saw; where a field has another value by now, nothing is written
    and ``Conflict`` carries ``now``, the present texts.
    """
    with transaction.atomic():
        row = Lead.objects.select_for_update().get(pk=lead.pk)
        _check_seen(lead_texts(row, values), seen or {}, _labels("lead"))
        edits = [
            edit
            for name, text in values.items()
            if (edit := _lead_edit(row, name, text.strip(), actor)).old != edit.new
        ]
        if not edits:
            return []
        changed = [edit.name for edit in edits]
        row.save(update_fields=_columns(changed, {"email": "email_key"}))
        changes = _record("leads.lead", row.pk, edits, actor, source)
        if "stage" in changed:
            _stage_entry(row, actor, source)
        audit_record(
            actor=actor, action="leads.lead_update", object_type="leads.lead", object_id=row.pk
        )
        search_texts_write([row.pk])
        outbox_emit(topic="leads.written", payload={"leads": [row.pk]})
        leads_changed.notify([row.root_id])
    return changes


def company_update(
    *, company: Company, values: Texts, actor: Actor, source: str, seen: Texts | None = None
) -> list[FieldChange]:
    """The changes that the texts made, of fields in ``COMPANY_FIELDS`` or ``attribute.NAME``."""
    with transaction.atomic():
        row = Company.objects.select_for_update().get(pk=company.pk)
        _check_seen(company_texts(row, values), seen or {}, _labels("company"))
        edits = [
            edit
            for name, text in values.items()
            if (edit := _company_edit(row, name, text.strip())).old != edit.new
        ]
        if not edits:
            return []
        row.save(update_fields=_columns([edit.name for edit in edits], {"name": "name_key"}))
        changes = _record("leads.company", row.pk, edits, actor, source)
        audit_record(
            actor=actor,
            action="leads.company_update",
            object_type="leads.company",
            object_id=row.pk,
        )
        leads = lead_roots_of_companies([row.root_id])
        search_texts_write(leads)
        outbox_emit(topic="leads.companies_written", payload={"companies": [row.pk]})
        leads_changed.notify(leads)
    return changes


def lead_texts(lead: Lead, names: Iterable[str]) -> dict[str, str]:
    """The fields of these names as texts: a company by its name, an owner by uid."""
    found: dict[str, str] = {}
    for name in names:
        if name == "owner":
            found[name] = str(lead.owner.uid) if lead.owner else ""
        elif name == "company":
            found[name] = lead.company.root.name if lead.company else ""
        elif name in LEAD_TEXTS:
            found[name] = getattr(lead, name)
        else:
            found[name] = own_text(lead.attributes, name)
    return found


def company_texts(company: Company, names: Iterable[str]) -> dict[str, str]:
    """The fields of these names as texts."""
    found: dict[str, str] = {}
    for name in names:
        if name in COMPANY_FIELDS:
            found[name] = _plain(getattr(company, name))
        else:
            found[name] = own_text(company.attributes, name)
    return found


def own_text(attributes: Mapping[str, object], name: str) -> str:
    """The text of one of the company's own fields."""
    return _plain(attributes.get(name.removeprefix(ATTRIBUTE)))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _check_seen(now: Texts, seen: Texts, labels: Mapping[str, str]) -> None:
    moved = [name for name, text in seen.items() if name in now and now[name] != text]
    if moved:
        raise Conflict(
            _("Somebody else changed this meanwhile. Look at the present value and decide again."),
            now={name: now[name] for name in moved},
            fields=[labels.get(name, name) for name in moved],
        )


def _lead_edit(row: Lead, name: str, text: str, actor: Actor) -> _Edit:
    if name.startswith(ATTRIBUTE):
        return _own_edit(row, "lead", name, text)
    if name == "owner":
        old, owner = row.owner_id, _person(text)
        row.owner = owner
        return _Edit(name, old, row.owner_id)
    if name == "company":
        old = row.company_id
        if text != lead_texts(row, ("company",))["company"]:
            row.company = _company(text, actor)
        return _Edit(name, old, row.company_id)
    if name not in LEAD_TEXTS:
        raise NotFound(_("There is no field of this name."), field=name)
    old_text = cast(str, getattr(row, name))
    if name == "email":
        row.email_key = _new_address(row, text)
    elif name == "kana":
        text = kana_full(text)
    elif name == "phone":
        text = phone_bare(text)
    setattr(row, name, text)
    if not (row.name or row.email) and name in ("name", "email") and old_text:
        raise InvalidInput(
            _("A lead needs a name or an e-mail address. Enter at least one of them.")
        )
    return _Edit(name, old_text, text)


def _new_address(row: Lead, text: str) -> str:
    key = email_key(text)
    if text and not key:
        raise InvalidInput(
            _("%(text)s is no e-mail address. Enter one such as name@example.co.jp.")
            % {"text": text},
            email=text,
        )
    if key != row.email_key and email_is_personal(key):
        others = [root for _key, root in roots_with_email([key]) if root != row.root_id]
        if others:
            raise Conflict(
                _(
                    "There is another lead with the e-mail address %(email)s. Merge the two, or"
                    " enter another address."
                )
                % {"email": key},
                leads=others,
            )
    return key


def _person(uid: str) -> User | None:
    if not uid:
        return None
    try:
        return User.objects.get(uid=uid, is_active=True)
    except (User.DoesNotExist, ValidationError) as error:
        raise InvalidInput(
            _("This person is not known or no longer active. Choose another one.")
        ) from error


def _company(name: str, actor: Actor) -> Company | None:
    if not name:
        return None
    found, _new = companies_ensure(
        system="default", references={name}, actor=actor, recorded_at=clock.now()
    )
    return Company.objects.get(pk=found[name])


def _company_edit(row: Company, name: str, text: str) -> _Edit:
    if name.startswith(ATTRIBUTE):
        return _own_edit(row, "company", name, text)
    if name not in COMPANY_FIELDS:
        raise NotFound(_("There is no field of this name."), field=name)
    old = cast(Json, getattr(row, name))
    new: Json = text
    if name == "employees":
        new = _count(text)
    elif name == "is_competitor":
        new = {"true": True, "false": False}.get(text)
    elif name == "corporate_number":
        new = _number(row, text)
    elif name == "domain":
        new = domain_key(text)
    elif name == "name":
        if not text:
            raise InvalidInput(_("A company needs a name. Enter it."))
        row.name_key = company_name_key(text)
    setattr(row, name, new)
    return _Edit(name, old, new)


def _count(text: str) -> int | None:
    if not text:
        return None
    digits = text.replace(",", "")
    if not (digits.isdecimal() and int(digits) <= MOST_EMPLOYEES):
        raise InvalidInput(
            _("%(text)s is no number of employees. Enter digits such as 120.") % {"text": text}
        )
    return int(digits)


def _number(row: Company, text: str) -> str:
    key = corporate_number_key(text)
    if text and not key:
        raise InvalidInput(
            _("%(text)s is no corporate number. Enter its 13 digits.") % {"text": text}
        )
    other = Company.objects.filter(corporate_number=key).exclude(root=row.root_id)
    if key and (found := other.select_related("root").first()):
        raise Conflict(
            _("%(name)s has this corporate number. Merge the two companies, or check the digits.")
            % {"name": found.root.name},
            company=found.root_id,
        )
    return key


def _own_edit(row: Lead | Company, kind: str, name: str, text: str) -> _Edit:
    bare = name.removeprefix(ATTRIBUTE)
    known = AttributeDefinition.objects.filter(object=kind, name=bare).first()
    if known is None:
        raise NotFound(_("There is no field of this name."), field=name)
    old = cast(Json, row.attributes.get(bare))
    new = None
    if text:
        reader = AttributeReader({bare: known.type})
        new = reader.value(bare, text)
        if reader.misfits:
            raise InvalidInput(
                _("“%(text)s” does not fit the field %(field)s. Enter a value of its type.")
                % {"text": text, "field": known.label or bare}
            )
    row.attributes = {key: value for key, value in row.attributes.items() if key != bare}
    if new is not None:
        row.attributes[bare] = new
    return _Edit(name, old, new)


def _columns(changed: list[str], derived: Mapping[str, str]) -> list[str]:
    columns = {"attributes" if name.startswith(ATTRIBUTE) else name for name in changed}
    return sorted(columns | {derived[name] for name in changed if name in derived})


def _record(
    object_type: str, object_id: int, edits: list[_Edit], actor: Actor, source: str
) -> list[FieldChange]:
    changes = [FieldChange(object_type, object_id, e.name, e.old, e.new) for e in edits]
    changes_record(changes, actor=actor, at=clock.now(), source=source)
    return changes


def _stage_entry(row: Lead, actor: Actor, source: str) -> None:
    at = clock.now()
    StageEntry.objects.create(
        lead=row, stage=row.stage, at=at, recorded_at=at, source=source, **actor_columns(actor)
    )


def _labels(kind: str) -> dict[str, str]:
    rows = AttributeDefinition.objects.filter(object=kind).values_list("name", "label")
    return {f"{ATTRIBUTE}{name}": label or name for name, label in rows}
