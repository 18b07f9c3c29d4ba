"""Chatwork: the account whose token this is writes into a room."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from teichaku.notify.senders.outcomes import client, posted

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class ChatworkAccess:
    """The API token of the account that writes; it has to be a member of the rooms."""

    token: str


def chatwork_send(access: ChatworkAccess, room: str, text: str) -> None:
    """Nothing; the service has taken the text for the room."""
    address = f"{settings.CHATWORK_API}/rooms/{int(room)}/messages"
    headers = {"x-chatworktoken": access.token}
    with client() as http:
        posted(http, address, data={"body": text[:LONGEST_TEXT]}, headers=headers)
