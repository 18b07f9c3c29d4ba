"""The forms about channels: what people choose, and what administrators set up."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.core.actors import Actor
from teichaku.core.forms import plain_widgets
from teichaku.core.settings import setting_read, setting_write
from teichaku.notify import letter_text
from teichaku.notify.access import access_write
from teichaku.notify.kinds import GROUPS, Group
from teichaku.notify.messages import GROUP_LABELS, company
from teichaku.notify.models import Via, Way
from teichaku.notify.preferences import channel_write, preferences_write
from teichaku.notify.reasons import explained
from teichaku.notify.senders.line_works import key_check
from teichaku.notify.senders.outcomes import NotSent
from teichaku.notify.wishes import Wish, Wishes

Data: TypeAlias = "QueryDict | None"
MOST_TEXT = 200
MOST_ADDRESS = 1_000


class PreferencesForm(forms.Form):
    """How one is told of each group, and when the digest comes."""

    digest_at = forms.TimeField(
        label=_("Time of the daily digest"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("Outside working hours it comes when work begins."),
    )
    digest_via = forms.ChoiceField(label=_("Where the digest goes"))

    def __init__(self, data: Data = None, *, user: User) -> None:
        self.user = user
        wishes = Wishes([user.pk])
        at, via = wishes.digest_of(user.pk)
        self.vias = [(via.value, via.label) for via in wishes.vias_of(user.pk)]
        initial: dict[str, Any] = {"digest_at": at, "digest_via": via}
        for group in GROUPS:
            wish = wishes.of(user.pk, group)
            initial |= {f"way_{group}": wish.way, f"via_{group}": wish.via}
        super().__init__(data, initial=initial)
        for group in GROUPS:
            label = GROUP_LABELS[group]
            self.fields[f"way_{group}"] = forms.ChoiceField(choices=Way.choices, label=label)
            self.fields[f"via_{group}"] = forms.ChoiceField(choices=self.vias, label=label)
        self.fields["digest_via"].choices = self.vias  # type: ignore[attr-defined]
        plain_widgets(self)

    def lines(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """For each group its label and the two controls."""
        return [
            (GROUP_LABELS[group], self[f"way_{group}"], self[f"via_{group}"]) for group in GROUPS
        ]

    def write(self, actor: Actor) -> None:
        """Nothing; the person is told as chosen."""
        preferences_write(
            user=self.user,
            wishes={group: self._wish(group) for group in GROUPS},
            digest_at=self.cleaned_data["digest_at"],
            digest_via=Via(self.cleaned_data["digest_via"]),
            actor=actor,
        )

    def _wish(self, group: Group) -> Wish:
        data = self.cleaned_data
        return Wish(Way(data[f"way_{group}"]), Via(data[f"via_{group}"]))


class ChannelForm(forms.Form):
    """Where one is told by one of the chats."""

    address = forms.CharField(max_length=MOST_ADDRESS)
    LABELS: ClassVar = {
        Via.LINE_WORKS: _("The id or address that you sign in with"),
        Via.CHATWORK: _("Number or address of the room"),
        Via.WEBHOOK: _("Webhook address of the room"),
    }

    def __init__(self, data: Data = None, *, user: User, via: Via) -> None:
        super().__init__(data, auto_id=f"{via}_%s")
        self.user, self.via = user, via
        field = self.fields["address"]
        field.label = self.LABELS[via]
        field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        plain_widgets(self)

    def write(self, actor: Actor) -> None:
        """Nothing; the person can be told there."""
        channel_write(
            user=self.user, via=self.via, address=self.cleaned_data["address"], actor=actor
        )


class CompanyForm(forms.Form):
    """The name that mails carry, and who sends letters to people outside."""

    name = forms.CharField(
        label=_("Company name"),
        max_length=MOST_TEXT,
        required=False,
        help_text=_("Stands as sender and at the end of subjects."),
    )
    legal_name = forms.CharField(
        label=_("Registered name"),
        max_length=MOST_TEXT,
        required=False,
        help_text=_("The sender in letters to people outside, such as 株式会社 and the name."),
    )
    postal_address = forms.CharField(
        label=_("Postal address"), max_length=MOST_TEXT, required=False
    )
    contact = forms.CharField(
        label=_("Where to ask or complain"),
        max_length=MOST_TEXT,
        required=False,
        help_text=_("An e-mail address or a telephone number. Advertising needs all of these."),
    )
    SETTINGS: ClassVar = {
        "name": company,
        "legal_name": letter_text.legal_name,
        "postal_address": letter_text.postal_address,
        "contact": letter_text.contact,
    }

    def __init__(self, data: Data = None) -> None:
        initial = {name: setting_read(setting) for name, setting in self.SETTINGS.items()}
        super().__init__(data, initial=initial, auto_id="company_%s")
        plain_widgets(self)

    def write(self, actor: Actor) -> None:
        """Nothing; mails and letters carry it from now on."""
        for name, setting in self.SETTINGS.items():
            value = self.cleaned_data[name]
            if value != setting_read(setting):
                setting_write(declaration=setting, value=value, actor=actor)


class AccessForm(forms.Form):
    """What opens a chat service; nothing that is kept is shown again."""

    via: ClassVar[Via]

    def __init__(self, data: Data = None) -> None:
        super().__init__(data, auto_id=f"{self.via}_%s")
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        plain_widgets(self)

    def write(self, actor: Actor) -> None:
        """Nothing; the service is open to the installation."""
        access_write(via=self.via, secrets=self.cleaned_data, actor=actor)


class LineWorksForm(AccessForm):
    """An app with a service account, and the bot that writes."""

    via = Via.LINE_WORKS
    bot_id = forms.RegexField(r"^\d{1,18}$", label=_("Bot ID"))
    client_id = forms.CharField(label="Client ID", max_length=MOST_TEXT)
    client_secret = forms.CharField(
        label="Client Secret", max_length=MOST_TEXT, widget=forms.PasswordInput()
    )
    service_account = forms.CharField(label="Service Account", max_length=MOST_TEXT)
    private_key = forms.CharField(
        label="Private Key",
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The whole content of the file that the Developer Console issued."),
    )

    def clean_private_key(self) -> str:
        """The key, if it is one."""
        key = str(self.cleaned_data["private_key"])
        try:
            key_check(key)
        except NotSent as failed:
            raise forms.ValidationError(explained(failed.reason)) from None
        return key


class ChatworkForm(AccessForm):
    """The token of the account that writes."""

    via = Via.CHATWORK
    token = forms.CharField(
        label=_("API token"),
        max_length=MOST_TEXT,
        widget=forms.PasswordInput(),
        help_text=_("Of an account that is a member of the rooms it shall write into."),
    )


ACCESS_FORMS: dict[Via, type[AccessForm]] = {
    Via.LINE_WORKS: LineWorksForm,
    Via.CHATWORK: ChatworkForm,
}
