"""One message by one way to one person."""

from __future__ import annotations

from cryptography.fernet import InvalidToken

from teichaku.accounts.models import User
from teichaku.core.secrets import decrypted
from teichaku.notify.access import chatwork_access, line_works_access
from teichaku.notify.messages import Message
from teichaku.notify.models import Channel, Via
from teichaku.notify.senders.chatwork import chatwork_send
from teichaku.notify.senders.line_works import line_works_send
from teichaku.notify.senders.mail import Mail, mail_send
from teichaku.notify.senders.outcomes import NotSent
from teichaku.notify.senders.webhook import webhook_send


def message_send(message: Message, user: User, via: Via) -> None:
    """Nothing; the service has taken the message. Else ``NotSent`` or ``Unsure`` is raised."""
    if via is Via.MAIL:
        _mail(message, user)
    else:
        message_post(message, via, _address(user, via))


def message_post(message: Message, via: Via, address: str) -> None:
    """Nothing; the chat service has taken the message for that member, room or webhook."""
    if via is Via.LINE_WORKS:
        line_works_send(line_works_access(), address, _text(message))
    elif via is Via.CHATWORK:
        chatwork_send(chatwork_access(), address, _text(message))
    else:
        webhook_send(address, message.subject, message.short())


def _mail(message: Message, user: User) -> None:
    if not user.email:
        raise NotSent("no address", again=False)
    mail_send(
        Mail(
            to=user.email,
            sender_name=message.sender,
            subject=message.subject,
            text=message.plain(),
            html=message.html(),
            key=message.key,
            files=message.files,
        )
    )


def _text(message: Message) -> str:
    return f"{message.subject}\n\n{message.short()}"


def _address(user: User, via: Via) -> str:
    channel = Channel.objects.filter(user=user, via=via).first()
    if channel is None:
        raise NotSent("no address", again=False)
    try:
        return decrypted(channel.address)
    except InvalidToken:
        raise NotSent("other key", again=False) from None
