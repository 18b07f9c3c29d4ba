"""The forms of the room's pages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.selectors import today
from teichaku.core.errors import InvalidInput
from teichaku.core.forms import DayField, plain_widgets
from teichaku.leads.names import domain_key
from teichaku.tracking.hosts import hosts_read
from teichaku.tracking.models import Asset, Site, Token
from teichaku.tracking.sites import SiteValues
from teichaku.tracking.tokens import SCOPES, WRITE, TokenValues

MOST_TEXT = 200


class SiteForm(forms.Form):
    """A site: its name, its hosts, and whether visitors are asked first."""

    name = forms.CharField(
        label=_("Name of the site"), max_length=MOST_TEXT, help_text=_("Such as Company site.")
    )
    hosts = forms.CharField(
        label=_("Hosts of its pages"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One in each line, such as www.example.co.jp. Others are refused."),
    )
    mode = forms.ChoiceField(label=_("Consent"), choices=Site.Mode.choices)
    cookie_domain = forms.CharField(
        label=_("Domain of the cookie"),
        max_length=MOST_TEXT,
        required=False,
        help_text=_(
            "Leave it blank, unless several servers under one domain are to know a visitor: then"
            " their common part, such as example.co.jp."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, site: Site | None = None) -> None:
        initial: dict[str, Any] = {"mode": Site.Mode.NOTICE}
        if site is not None:
            initial = {
                "name": site.name,
                "hosts": "\n".join(site.hosts),
                "mode": site.mode,
                "cookie_domain": site.cookie_domain,
            }
        super().__init__(data, initial=initial)
        plain_widgets(self)

    def clean_hosts(self) -> tuple[str, ...]:
        """The hosts, each as browsers name it."""
        try:
            return tuple(hosts_read(self.cleaned_data["hosts"]))
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None

    def clean_cookie_domain(self) -> str:
        """The bare domain."""
        return domain_key(self.cleaned_data["cookie_domain"])

    def values(self) -> SiteValues:
        """What was entered."""
        data = self.cleaned_data
        return SiteValues(
            data["name"], data["hosts"], data["cookie_domain"], Site.Mode(data["mode"])
        )


class TokenForm(forms.Form):
    """A secret for another system."""

    name = forms.CharField(
        label=_("Name of the token"),
        max_length=MOST_TEXT,
        help_text=_("Such as Webinar tool, events."),
    )
    source = forms.SlugField(
        label=_("System"),
        max_length=40,
        help_text=_(
            "One word for the system that sends, such as webinar. Ids of leads are its own; a new"
            " token of the same system goes on where the former one ended."
        ),
    )
    kind = forms.ChoiceField(label=_("Way"), choices=Token.Kind.choices)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(SCOPES.items()),
        initial=[WRITE],
        widget=forms.CheckboxSelectMultiple,
    )
    ends_on = DayField(label=_("Valid up to"), required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        plain_widgets(self)
        self.fields["scopes"].widget.attrs.pop("class", None)

    def clean_ends_on(self) -> date | None:
        """A day that is still to come."""
        day: date | None = self.cleaned_data["ends_on"]
        if day is not None and day < today():
            raise forms.ValidationError(_("This day is over. Enter a later one, or none."))
        return day

    def values(self) -> TokenValues:
        """What was entered; the last day is valid to its end."""
        data = self.cleaned_data
        day: date | None = data["ends_on"]
        ends = None
        if day is not None:
            ends = datetime.combine(day + timedelta(days=1), time(), get_default_timezone())
        return TokenValues(
            Token.Kind(data["kind"]), data["name"], data["source"], data["scopes"], ends
        )


class AssetForm(forms.Form):
    """A file to hand out: its title, once, and the file."""

    title = forms.CharField(
        label=_("Title"), max_length=MOST_TEXT, help_text=_("Visitors and scoring rules see it.")
    )
    file = forms.FileField(label=_("File"))

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
        *,
        asset: Asset | None = None,
    ) -> None:
        super().__init__(data, files)
        if asset is not None:
            del self.fields["title"]  # rules name it, so it stays
        plain_widgets(self)
