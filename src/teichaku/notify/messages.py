"""What a person reads outside the application: one message about one or more notifications."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from teichaku.accounts.models import User
from teichaku.core.addresses import absolute, is_inside
from teichaku.core.ids import uuid7
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read
from teichaku.notify.attachments import Attachment
from teichaku.notify.kinds import GROUPS, Group, Kind, notification_kinds
from teichaku.notify.models import Notification

PRODUCT = "Teichaku"
GROUP_LABELS = {
    "inputs": gettext_lazy("Input tasks"),
    "deals": gettext_lazy("Deals"),
    "handover": gettext_lazy("Handovers"),
    "meetings": gettext_lazy("Meetings"),
    "system": gettext_lazy("About the system"),
}
company = SettingDeclaration(
    "notify.company", "", gettext_lazy("The company's name, as it stands in subjects of mails.")
)


@dataclass(frozen=True, slots=True)
class Item:
    """One notification as it reads."""

    title: str
    body: str
    address: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the language of who gets it; the same notifications make the same ``key``."""

    subject: str
    sender: str
    sections: Sequence[tuple[str, Sequence[Item]]]
    settings_address: str
    key: str
    files: Sequence[Attachment] = ()

    def plain(self) -> str:
        """The text of the mail."""
        return render_to_string("notify/mail.txt", {"message": self}).strip() + "\n"

    def html(self) -> str:
        """The same with headings and links."""
        return render_to_string("notify/mail.html", {"message": self})

    def short(self) -> str:
        """The text for a chat: what it is about and where to go, without the details."""
        items = [item for _label, items in self.sections for item in items]
        return "\n".join(f"{item.title}\n{item.address}" for item in items)


def language_of(user: User) -> str:
    """The language that the person reads."""
    return user.language or settings.LANGUAGE_CODE


def message_about(notifications: Sequence[Notification], *, digest: bool) -> Message:
    """The message about notifications of one person, in the language that is active."""
    sections = [
        (str(GROUP_LABELS[group]) if digest else "", [_item(one) for one in several])
        for group, several in groupby(sorted(notifications, key=_place), key=_group)
    ]
    name = str(setting_read(company)) or PRODUCT
    return Message(
        subject=f"{_subject(notifications, digest=digest)}｜{name}",
        sender=name if name == PRODUCT else f"{name} {PRODUCT}",
        sections=sections,
        settings_address=absolute(reverse("notify:preferences")),
        key=_key(notifications),
        files=_files(notifications),
    )


def message_for_test() -> Message:
    """A message that says that it is only a test."""
    title = _("This is a test: notifications of Teichaku arrive here.")
    address = absolute(reverse("notify:preferences"))
    name = str(setting_read(company)) or PRODUCT
    return Message(
        subject=f"{title}｜{name}",
        sender=name if name == PRODUCT else f"{name} {PRODUCT}",
        sections=[("", [Item(title, "", address)])],
        settings_address=address,
        key=uuid7().hex,
    )


def read_in(user: User) -> translation.override:
    """The block in which texts are in the person's language."""
    return translation.override(language_of(user))


def _subject(notifications: Sequence[Notification], *, digest: bool) -> str:
    count, first = len(notifications), notifications[0]
    if digest:
        text = ngettext("%(count)d notification today", "%(count)d notifications today", count)
        return text % {"count": count}
    title = _kind(first).title(first.params)
    if count == 1:
        return title
    more = ngettext("%(title)s and %(count)d more", "%(title)s and %(count)d more", count - 1)
    return more % {"title": title, "count": count - 1}


def _item(notification: Notification) -> Item:
    address = notification.address
    if not is_inside(address):
        address = f"{reverse('notify:notification_list')}#n-{notification.uid}"
    return Item(
        _kind(notification).title(notification.params), notification.body, absolute(address)
    )


def _kind(notification: Notification) -> Kind:
    return notification_kinds.get(notification.kind)


def _group(notification: Notification) -> Group:
    return _kind(notification).group


def _place(notification: Notification) -> tuple[int, int]:
    return GROUPS.index(_group(notification)), notification.pk


def _files(notifications: Sequence[Notification]) -> list[Attachment]:
    return [
        Attachment(file.name, file.content_type, bytes(file.content))
        for notification in notifications
        for file in notification.files.all()
    ]


def _key(notifications: Sequence[Notification]) -> str:
    uids = sorted(one.uid.hex for one in notifications)
    return hashlib.sha256("".join(uids).encode()).hexdigest()[:32]
