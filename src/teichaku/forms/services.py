"""Writes about forms themselves: editing the draft, publishing, copying, putting away."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput, NotFound
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.forms.definition import (
    MOST_CHOICES,
    MOST_FIELDS,
    OWN,
    PERSON,
    Definition,
    FieldSpec,
    definition_of,
    document_of,
    first_definition,
    in_order,
    problems,
    with_field,
)
from teichaku.forms.models import BlockedAddress, Form, FormRevision
from teichaku.notify.letter_text import sender_display

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HIDDEN = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PATTERN = re.compile(r"[^\s@]+@[^\s@]+|@[^\s@]+")


def form_create(
    *, name: str, slug: str, actor: Actor, definition: Definition | None = None
) -> Form:
    """The new form, a draft that nobody outside sees yet."""
    name, slug = name.strip(), slug.strip()
    if not name:
        raise InvalidInput(_("A form needs a name. Enter one."), field="name")
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            _(
                "The address may have small letters a–z, digits and single hyphens, such as"
                " document-request. Change it."
            ),
            field="slug",
        )
    now = clock.now()
    with transaction.atomic():
        if Form.objects.filter(slug=slug).exists():
            raise Conflict(
                _("There is a form with the address %(slug)s already. Choose another one.")
                % {"slug": slug},
                field="slug",
            )
        form = Form.objects.create(
            name=name,
            slug=slug,
            draft=document_of(definition or first_definition(name)),
            created_at=now,
            edited_at=now,
        )
        _record(form, "form_create", actor)
    return form


def form_edit(*, form: Form, change: Callable[[Definition], Definition], actor: Actor) -> Form:
    """The form with its draft changed; what people see stays as it was published."""
    with transaction.atomic():
        row = Form.objects.select_for_update().get(pk=form.pk)
        before = definition_of(row.draft)
        after = change(before)
        if after != before:
            row.draft, row.edited_at = document_of(after), clock.now()
            row.save(update_fields=["draft", "edited_at"])
            _record(row, "form_edit", actor)
    return row


def field_add(*, form: Form, kind: str, actor: Actor, name: str = "") -> FieldSpec:
    """The new field, the last of the draft; a hidden one is named for what the address carries."""
    added: list[FieldSpec] = []

    def change(definition: Definition) -> Definition:
        if len(definition.fields) >= MOST_FIELDS:
            raise Conflict(
                _("A form has at most %(count)s fields. Remove one first.") % {"count": MOST_FIELDS}
            )
        spec = FieldSpec(_name(definition, kind, name), kind, required=kind == "email")
        added.append(spec)
        return with_field(definition, spec)

    form_edit(form=form, change=change, actor=actor)
    return added[0]


def field_save(*, form: Form, spec: FieldSpec, actor: Actor) -> None:
    """Nothing; the field of that name is as given."""
    if len(spec.choices) > MOST_CHOICES:
        raise InvalidInput(
            _("At most %(count)s choices fit. Remove some.") % {"count": MOST_CHOICES},
            field="choices",
        )

    def change(definition: Definition) -> Definition:
        _known(definition, spec.name)
        return with_field(definition, spec)

    form_edit(form=form, change=change, actor=actor)


def field_remove(*, form: Form, name: str, actor: Actor) -> None:
    """Nothing; the field is not in the draft any more."""

    def change(definition: Definition) -> Definition:
        _known(definition, name)
        kept = tuple(each for each in definition.fields if each.name != name)
        return replace(definition, fields=kept)

    form_edit(form=form, change=change, actor=actor)


def field_move(*, form: Form, name: str, by: int, actor: Actor) -> None:
    """Nothing; the field stands so many places further down (or up), as far as there are any."""

    def change(definition: Definition) -> Definition:
        names = [each.name for each in definition.fields]
        place = names.index(_known(definition, name).name)
        names.insert(min(max(place + by, 0), len(names) - 1), names.pop(place))
        return in_order(definition, names)

    form_edit(form=form, change=change, actor=actor)


def fields_order(*, form: Form, names: Sequence[str], actor: Actor) -> None:
    """Nothing; the fields stand in that order."""
    form_edit(form=form, change=lambda definition: in_order(definition, names), actor=actor)


def form_publish(*, form: Form, actor: Actor) -> FormRevision:
    """The new revision, which people see from now on."""
    with transaction.atomic():
        row = (
            Form.objects.select_for_update(of=("self",)).select_related("published").get(pk=form.pk)
        )
        definition = definition_of(row.draft)
        found = problems(definition, sender=sender_display().name)
        if found:
            raise InvalidInput(
                _("The form cannot be published yet. %(why)s") % {"why": " ".join(found)},
                problems=found,
            )
        if row.archived_at is not None:
            raise Conflict(_("The form is archived. Bring it back first, then publish it."))
        if row.published is not None and row.published.hash == definition.hash:
            raise Conflict(_("Nothing has changed since the form was published last."))
        last = row.revisions.order_by("-number").values_list("number", flat=True).first()
        revision = FormRevision.objects.create(
            form=row,
            number=(last or 0) + 1,
            hash=definition.hash,
            document=document_of(definition),
            at=clock.now(),
            **actor_columns(actor),
        )
        row.published = revision
        row.save(update_fields=["published"])
        _record(row, "form_publish", actor)
    return revision


def form_copy(*, form: Form, actor: Actor) -> Form:
    """A new draft that asks and says the same under an address of its own."""
    base, number = form.slug[:50], 2
    while Form.objects.filter(slug=f"{base}-{number}").exists():
        number += 1
    return form_create(
        name=_("Copy of %(name)s") % {"name": form.name},
        slug=f"{base}-{number}",
        definition=definition_of(form.draft),
        actor=actor,
    )


def form_archive(*, form: Form, actor: Actor) -> None:
    """Nothing; nobody can hand the form in any more, and what was handed in stays."""
    with transaction.atomic():
        if Form.objects.filter(pk=form.pk, archived_at=None).update(archived_at=clock.now()):
            _record(form, "form_archive", actor)


def form_restore(*, form: Form, actor: Actor) -> None:
    """Nothing; the form is as it was before it was archived."""
    with transaction.atomic():
        archived = Form.objects.filter(pk=form.pk, archived_at__isnull=False)
        if archived.update(archived_at=None):
            _record(form, "form_restore", actor)


def blocked_write(*, patterns: Collection[str], actor: Actor) -> int:
    """How many patterns no form takes from now on: these, and no others."""
    wanted = {each.strip().casefold() for each in patterns} - {""}
    wrong = sorted(each for each in wanted if not _PATTERN.fullmatch(each))
    if wrong:
        raise InvalidInput(
            _(
                "%(text)s is no pattern of addresses. Write an address such as a@example.com, or"
                " *@example.com for all of a domain."
            )
            % {"text": wrong[0]}
        )
    wanted = {f"*{each}" if each.startswith("@") else each for each in wanted}
    with transaction.atomic():
        known = set(BlockedAddress.objects.values_list("pattern", flat=True))
        if known != wanted:
            BlockedAddress.objects.filter(pattern__in=known - wanted).delete()
            at = clock.now()
            BlockedAddress.objects.bulk_create(
                BlockedAddress(pattern=each, at=at, **actor_columns(actor))
                for each in sorted(wanted - known)
            )
            audit_record(
                actor=actor,
                action="forms.blocked_write",
                object_type="forms.blockedaddress",
                count=len(known ^ wanted),
            )
            outbox_emit(topic="forms.changed", payload={"forms": []})
    return len(wanted)


def _name(definition: Definition, kind: str, name: str) -> str:
    if kind in PERSON:
        if definition.of_kind(kind) is not None:
            raise Conflict(_("The form asks for this already. Change that field instead."))
        return kind
    if kind not in OWN:
        raise NotFound(_("There is no field of this kind."))
    if kind == "hidden":
        if not _HIDDEN.fullmatch(name):
            raise InvalidInput(
                _(
                    "A hidden value needs the name under which the address carries it, such as"
                    " utm_campaign. Enter it."
                )
            )
        if definition.field(name) is not None:
            raise Conflict(_("The form asks for this already. Change that field instead."))
        return name
    number = 1
    while definition.field(f"q{number}") is not None:
        number += 1
    return f"q{number}"


def _known(definition: Definition, name: str) -> FieldSpec:
    found = definition.field(name)
    if found is None:
        raise NotFound(_("There is no such field in the form any more. Open the page again."))
    return found


def _record(form: Form, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=f"forms.{action}", object_type="forms.form", object_id=form.pk)
    outbox_emit(topic="forms.changed", payload={"forms": [form.pk]})
