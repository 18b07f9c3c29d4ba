"""What a form asks and says: frozen data, its document, its hash, and why it cannot go out yet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.canonical import Json, canonical_json
from teichaku.core.registry import Text

# Fields about the person, each at most once in a form; the names are those of a lead's fields.
PERSON: Mapping[str, Text] = {
    "company": gettext_lazy("Company name"),
    "name": gettext_lazy("Your name"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Telephone"),
    "department": gettext_lazy("Department"),
    "title": gettext_lazy("Position"),
}
OWN: Mapping[str, Text] = {
    "text": gettext_lazy("One line of text"),
    "area": gettext_lazy("Several lines of text"),
    "choice": gettext_lazy("One of several"),
    "choices": gettext_lazy("Any of several"),
    "check": gettext_lazy("Box to tick"),
    "hidden": gettext_lazy("Hidden value from the address (such as utm_campaign)"),
}
CHOOSING = frozenset({"choice", "choices"})
ADDRESS_RULES: Mapping[str, Text] = {
    "take": gettext_lazy("Take it"),
    "mark": gettext_lazy("Take it and mark it"),
    "refuse": gettext_lazy("Ask for another address"),
}
MOST_FIELDS, MOST_CHOICES = 30, 40
LINE, AREA = 200, 3_000


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One thing that the form asks; without a label of its own it has the usual one."""

    name: str
    kind: str
    label: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 0  # characters, 0 for as many as the kind allows
    value: str = ""  # of a hidden field, where the address names none

    @property
    def shown_label(self) -> Text:
        """What stands beside the control."""
        return self.label or PERSON.get(self.kind) or self.name

    @property
    def most(self) -> int:
        """How many characters it takes."""
        limit = AREA if self.kind == "area" else LINE
        return min(self.longest or limit, limit)


@dataclass(frozen=True, slots=True)
class Definition:
    """All that a revision of a form fixes."""

    title: str = ""
    intro: str = ""
    button: str = ""
    fields: tuple[FieldSpec, ...] = ()
    consent_text: str = ""
    consent_required: bool = False
    confirm: bool = True
    thanks: str = ""
    asset: str = ""  # the uid of a file to download
    mail_subject: str = ""
    mail_body: str = ""
    receivers: tuple[str, ...] = ()  # uids
    campaign: str = ""
    source: str = ""
    free_mail: str = "take"
    role_mail: str = "take"

    def field(self, name: str) -> FieldSpec | None:
        """The field of this name."""
        return next((each for each in self.fields if each.name == name), None)

    def of_kind(self, kind: str) -> FieldSpec | None:
        """The first field of this kind."""
        return next((each for each in self.fields if each.kind == kind), None)

    @property
    def hash(self) -> str:
        """By which the content is known."""
        return text_hash(canonical_json(document_of(self)))


def text_hash(text: str) -> str:
    """By which a text is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def document_of(definition: Definition) -> dict[str, Json]:
    """The definition as it is stored."""
    document = asdict(definition)
    document["fields"] = [each | {"choices": list(each["choices"])} for each in document["fields"]]
    document["receivers"] = list(definition.receivers)
    return cast("dict[str, Json]", document)


def definition_of(document: Mapping[str, Any]) -> Definition:
    """The definition that was stored."""
    known = {each.name for each in fields(Definition)}
    values = {name: value for name, value in document.items() if name in known}
    specs = tuple(
        FieldSpec(**{**each, "choices": tuple(each["choices"])}) for each in values["fields"]
    )
    return Definition(**{**values, "fields": specs, "receivers": tuple(values["receivers"])})


def first_definition(title: str) -> Definition:
    """What a new form starts from: the few fields that most forms have."""
    return Definition(
        title=title,
        fields=(
            FieldSpec("company", "company", required=True),
            FieldSpec("name", "name", required=True),
            FieldSpec("email", "email", required=True),
            FieldSpec("phone", "phone"),
        ),
    )


def with_field(definition: Definition, spec: FieldSpec) -> Definition:
    """The definition with the field of that name in place, or added at the end."""
    if definition.field(spec.name) is None:
        return replace(definition, fields=(*definition.fields, spec))
    changed = tuple(spec if each.name == spec.name else each for each in definition.fields)
    return replace(definition, fields=changed)


def in_order(definition: Definition, names: Sequence[str]) -> Definition:
    """The definition with its fields in that order; fields that are not named come last."""
    places = {name: place for place, name in enumerate(names)}
    ordered = sorted(definition.fields, key=lambda each: places.get(each.name, len(places)))
    return replace(definition, fields=tuple(ordered))


def problems(definition: Definition, *, sender: str) -> list[str]:
    """Why the form cannot be published yet, each with the way out; ``sender`` is who will send."""
    found: list[str] = []
    if not definition.title:
        found.append(_("The form has no title. Enter one, so that people know what it is for."))
    email = definition.of_kind("email")
    if email is None:
        found.append(_("The form does not ask for the e-mail address. Add that field."))
    elif not email.required:
        found.append(_("The e-mail address can be left out. Make that field required."))
    if not definition.thanks:
        found.append(_("Nothing is said after sending. Enter the text that people read then."))
    for spec in definition.fields:
        if spec.kind in CHOOSING and len(spec.choices) < 2:
            found.append(
                _("“%(label)s” offers fewer than two choices. Enter one per line.")
                % {"label": spec.shown_label}
            )
        if spec.kind in OWN and spec.kind != "hidden" and not spec.label:
            found.append(
                _("A field has no label (%(kind)s). Enter what it asks for.")
                % {"kind": OWN[spec.kind]}
            )
    if definition.consent_text and not sender:
        found.append(
            _(
                "Consent needs the sender's registered name beside it. An administrator enters it"
                " under “How messages leave”."
            )
        )
    if bool(definition.mail_subject) != bool(definition.mail_body):
        found.append(_("The answer by mail needs both a subject and a text, or neither."))
    return found
