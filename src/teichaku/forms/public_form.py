"""A form as people outside fill it in: Django's controls made of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.forms import plain_widgets
from teichaku.forms.definition import Definition, FieldSpec
from teichaku.forms.guards import Values, refusal
from teichaku.intake.normalise import phone_bare
from teichaku.leads.names import email_key

TRAP, TOKEN, CONSENT = "homepage", "page_token", "consent"
FEWEST_DIGITS, MOST_DIGITS = 8, 15
_AUTOCOMPLETE: Mapping[str, str] = {
    "company": "organization",
    "name": "name",
    "email": "email",
    "phone": "tel",
    "title": "organization-title",
}
_MODES = {"email": "email", "phone": "tel"}


class PublicForm(forms.Form):
    """The fields of a definition, a consent box and a trap that people do not see."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        definition: Definition,
        consent_text: str,
        hidden: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, auto_id="f_%s", label_suffix="")
        self.definition = definition
        self.consent_text = consent_text
        for spec in definition.fields:
            field = _control(spec)
            if spec.kind == "hidden":
                field.initial = (hidden or {}).get(spec.name, spec.value)[: spec.most]
            self.fields[spec.name] = field
        if consent_text:
            self.fields[CONSENT] = forms.BooleanField(
                label=gettext_lazy("I agree"),
                required=definition.consent_required,
                error_messages={
                    "required": gettext_lazy("Tick the box to agree, or we cannot take the form.")
                },
            )
        self.fields[TRAP] = forms.CharField(
            label=gettext_lazy("Leave this empty"),
            required=False,
            widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
        )
        plain_widgets(self)
        for name in self.errors if data is not None else ():
            if name in self.fields:
                self.fields[name].widget.attrs["aria-invalid"] = "true"

    def asked(self) -> list[tuple[FieldSpec, forms.BoundField]]:
        """What people see, in order."""
        return [(spec, self[spec.name]) for spec in self.definition.fields if spec.kind != "hidden"]

    def unseen(self) -> list[forms.BoundField]:
        """What the page carries along."""
        return [self[spec.name] for spec in self.definition.fields if spec.kind == "hidden"]

    def consent(self) -> forms.BoundField | None:
        """The box beside the consent text, if there is one."""
        return self[CONSENT] if CONSENT in self.fields else None

    def trap(self) -> forms.BoundField:
        """The field that only machines fill in."""
        return self[TRAP]

    def clean(self) -> dict[str, Any]:
        """The values; an address that the form does not take is said at its field."""
        data = super().clean() or self.cleaned_data
        spec = self.definition.of_kind("email")
        if spec is not None and data.get(spec.name):
            why_not = refusal(self.definition, data[spec.name])
            if why_not:
                self.add_error(spec.name, why_not)
        return data

    def values(self) -> Values:
        """What was filled in, without what was left blank."""
        told = {spec.name: self.cleaned_data.get(spec.name) for spec in self.definition.fields}
        plain = {name: _plain(value) for name, value in told.items()}
        return {name: value for name, value in plain.items() if value}

    def address(self) -> str:
        """The mail address, as it is compared."""
        spec = self.definition.of_kind("email")
        return str(self.cleaned_data.get(spec.name, "")) if spec is not None else ""


class AddressField(forms.CharField):
    """A mail address in either width, folded as leads fold it."""

    def clean(self, value: Any) -> str:
        """The address as it is compared."""
        text = super().clean(value)
        key = email_key(text)
        if text and not key:
            raise forms.ValidationError(
                _("This is no e-mail address. Enter one such as name@example.co.jp.")
            )
        return key


class PhoneField(forms.CharField):
    """A telephone number in either width, with hyphens or without."""

    def clean(self, value: Any) -> str:
        """The number as it is kept."""
        bare = phone_bare(super().clean(value))
        digits = sum(each.isdigit() for each in bare)
        if bare and not FEWEST_DIGITS <= digits <= MOST_DIGITS:
            raise forms.ValidationError(
                _("This is no telephone number. Enter one such as 03-1234-5678.")
            )
        return bare


def _control(spec: FieldSpec) -> forms.Field:
    told: dict[str, Any] = {
        "label": spec.shown_label,
        "help_text": spec.help,
        "required": spec.required,
        "error_messages": {"required": _missing(spec)},
    }
    choices = [(each, each) for each in spec.choices]
    if spec.kind == "choice":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **told)
    if spec.kind == "choices":
        return forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, **told
        )
    if spec.kind == "check":
        return forms.BooleanField(**told)
    told["max_length"] = spec.most
    if spec.kind == "hidden":
        return forms.CharField(**told | {"required": False, "widget": forms.HiddenInput()})
    if spec.kind == "area":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), **told)
    attrs = {
        name: value
        for name, value in (
            ("autocomplete", _AUTOCOMPLETE.get(spec.kind, "")),
            ("inputmode", _MODES.get(spec.kind, "")),
        )
        if value
    }
    kinds: dict[str, type[forms.CharField]] = {"email": AddressField, "phone": PhoneField}
    return kinds.get(spec.kind, forms.CharField)(widget=forms.TextInput(attrs=attrs), **told)


def _missing(spec: FieldSpec) -> str:
    if spec.kind in ("choice", "choices"):
        return _("Choose here, please.")
    if spec.kind == "check":
        return _("Tick the box, please.")
    return _("Please fill this in.")


def _plain(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "").strip()
