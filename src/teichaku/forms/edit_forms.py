"""The forms on which forms are made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.core.forms import plain_widgets
from teichaku.forms.definition import (
    ADDRESS_RULES,
    CHOOSING,
    LINE,
    OWN,
    PERSON,
    Definition,
    FieldSpec,
)
from teichaku.forms.selectors import asset_of, assets_offered
from teichaku.leads.models import Campaign

Data: TypeAlias = "QueryDict | None"
LONG = 5_000


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NewFormForm(forms.Form):
    """The name and the address of a new form."""

    name = forms.CharField(
        label=_("Name of the form"),
        max_length=LINE,
        help_text=_("For your own lists. People outside see the title."),
    )
    slug = forms.CharField(
        label=_("Address and name in rules"),
        max_length=60,
        help_text=_(
            "Small letters, digits and hyphens, such as document-request. Scoring rules name the"
            " form so; it stays."
        ),
    )

    def __init__(self, data: Data = None) -> None:
        super().__init__(data)
        self.fields["slug"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        plain_widgets(self)


class FieldForm(forms.Form):
    """What a field asks and what it takes."""

    label = forms.CharField(label=_("Label"), max_length=LINE, required=False)
    help = forms.CharField(label=_("Hint below the label"), max_length=LINE, required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    choices = forms.CharField(
        label=_("Choices, one per line"), max_length=LONG, required=False, widget=_lines(4)
    )
    longest = forms.IntegerField(
        label=_("Characters at most"), min_value=1, max_value=3_000, required=False
    )
    value = forms.CharField(
        label=_("Value where the address carries none"), max_length=LINE, required=False
    )

    def __init__(self, data: Data = None, *, spec: FieldSpec) -> None:
        self.spec = spec
        initial: dict[str, Any] = {
            "label": spec.label,
            "help": spec.help,
            "required": spec.required,
            "choices": "\n".join(spec.choices),
            "longest": spec.longest or None,
            "value": spec.value,
        }
        super().__init__(data, initial=initial, auto_id=f"{spec.name}_%s")
        hidden = spec.kind == "hidden"
        unused = {"label", "help", "required"} if hidden else {"value"}
        if spec.kind not in CHOOSING:
            unused.add("choices")
        if hidden or spec.kind in CHOOSING or spec.kind == "check":
            unused.add("longest")
        for name in unused:
            del self.fields[name]
        if spec.kind in PERSON:
            self.fields["label"].help_text = _("Left empty: the usual label, in both languages.")
        plain_widgets(self)

    def changed(self) -> FieldSpec:
        """The field as it shall be."""
        told = {name: self.cleaned_data[name] for name in self.fields}
        if "choices" in told:
            lines = (line.strip() for line in told["choices"].splitlines())
            told["choices"] = tuple(dict.fromkeys(line for line in lines if line))
        if "longest" in told:
            told["longest"] = told["longest"] or 0
        return replace(self.spec, **told)


class SettingsForm(forms.Form):
    """All that a form says and does beside its fields."""

    title = forms.CharField(label=_("Title"), max_length=LINE)
    intro = forms.CharField(
        label=_("Text above the fields"), max_length=LONG, required=False, widget=_lines(3)
    )
    button = forms.CharField(
        label=_("Words on the button"),
        max_length=40,
        required=False,
        help_text=_("Left empty: “Send”, in both languages."),
    )
    consent_text = forms.CharField(
        label=_("Consent text"),
        max_length=LONG,
        required=False,
        widget=_lines(4),
        help_text=_(
            "Say that advertising mail is sent. The registered name of the sender is put beside it"
            " by itself. Left empty: nobody is asked."
        ),
    )
    consent_required = forms.BooleanField(
        label=_("Only with consent can the form be sent"), required=False
    )
    confirm = forms.BooleanField(
        label=_("Consent counts once the address is confirmed by a link in a mail"),
        required=False,
        help_text=_("Recommended: anybody can type anybody's address."),
    )
    thanks = forms.CharField(
        label=_("Text after sending"), max_length=LONG, required=False, widget=_lines(3)
    )
    asset = forms.ChoiceField(
        label=_("File to download after sending"),
        required=False,
        help_text=_("A button on the page after sending leads to it."),
    )
    mail_subject = forms.CharField(
        label=_("Answer by mail: subject"),
        max_length=LINE,
        required=False,
        help_text=_("A direct answer to what was asked for, without advertising."),
    )
    mail_body = forms.CharField(
        label=_("Answer by mail: text"), max_length=LONG, required=False, widget=_lines(5)
    )
    receivers = forms.MultipleChoiceField(
        label=_("Who is told of each form"), required=False, widget=forms.CheckboxSelectMultiple
    )
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    source = forms.CharField(label=_("Marketing source"), max_length=LINE, required=False)
    free_mail = forms.ChoiceField(
        label=_("Addresses of free mail services"), choices=list(ADDRESS_RULES.items())
    )
    role_mail = forms.ChoiceField(
        label=_("Shared addresses such as info@"), choices=list(ADDRESS_RULES.items())
    )

    def __init__(self, data: Data = None, *, definition: Definition) -> None:
        initial = {name: getattr(definition, name) for name in self.base_fields}
        super().__init__(data, initial=initial | {"receivers": list(definition.receivers)})
        people = User.objects.filter(is_active=True, email__isnull=False).order_by("kana", "name")
        receivers, campaign = self.fields["receivers"], self.fields["campaign"]
        asset = self.fields["asset"]
        assert isinstance(receivers, forms.MultipleChoiceField)
        assert isinstance(campaign, forms.ChoiceField)
        assert isinstance(asset, forms.ChoiceField)
        files = [(str(each.uid), each.title) for each in assets_offered()]
        asset.choices = [("", _("None")), *files]
        if asset_of(definition) is None:
            self.initial["asset"] = ""  # it was put away
        receivers.choices = [(str(user.uid), user.name) for user in people]
        names = list(Campaign.objects.order_by("name").values_list("name", flat=True))
        if definition.campaign and definition.campaign not in names:
            names.append(definition.campaign)
        campaign.choices = [("", _("None")), *((name, name) for name in names)]
        plain_widgets(self)

    def changed(self, definition: Definition) -> Definition:
        """The definition with what was entered here."""
        told = {name: self.cleaned_data[name] for name in self.fields}
        return replace(definition, **told | {"receivers": tuple(told["receivers"])})


class NewFieldForm(forms.Form):
    """A kind of field to be added."""

    kind = forms.ChoiceField(label=_("Add a field"))
    name = forms.CharField(
        label=_("Name of the hidden value"),
        max_length=40,
        required=False,
        help_text=_("Only for hidden values, such as utm_campaign."),
    )

    def __init__(self, data: Data = None, *, definition: Definition) -> None:
        super().__init__(data, auto_id="new_%s")
        person = [
            (kind, label) for kind, label in PERSON.items() if definition.of_kind(kind) is None
        ]
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        groups = [(_("About the person"), person), (_("Own questions"), list(OWN.items()))]
        kind.choices = [group for group in groups if group[1]]
        plain_widgets(self)


class BlockedForm(forms.Form):
    """The addresses that no form takes."""

    patterns = forms.CharField(
        label=_("Addresses, one per line"),
        required=False,
        max_length=100_000,
        widget=_lines(12),
        help_text=_("An address, or *@example.com for all of a domain."),
    )

    def __init__(self, data: Data = None, *, patterns: list[str]) -> None:
        super().__init__(data, initial={"patterns": "\n".join(patterns)})
        plain_widgets(self)
