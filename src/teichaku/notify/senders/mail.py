"""Mail: the account's address, over the mail server of the installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email import encoders
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from teichaku.notify.attachments import Attachment
from teichaku.notify.senders.outcomes import NotSent, Unsure

FOR_GOOD = 500  # from this answer on, the same mail will never be taken


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person; the same ``key`` always makes the same Message-ID."""

    to: str
    sender_name: str
    subject: str
    text: str
    html: str
    key: str
    files: Sequence[Attachment] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def mail_send(mail: Mail) -> None:
    """Nothing; the mail server has taken the mail."""
    connection = get_connection()
    try:
        connection.open()
    except SMTPResponseException as error:
        raise NotSent(f"smtp {error.smtp_code}", again=True) from None
    except (OSError, SMTPException):
        raise NotSent("no connection", again=True) from None
    try:
        connection.send_messages([_message(mail)])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        code = _code(error)
        raise NotSent(f"smtp {code}", again=code < FOR_GOOD) from None
    except (OSError, SMTPException):
        raise Unsure("no answer") from None
    finally:
        with suppress(OSError, SMTPException):
            connection.close()  # whatever is wrong here, the mail is gone


def sender_address() -> str:
    """The plain address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _message(mail: Mail) -> EmailMultiAlternatives:
    configured, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=mail.text,
        from_email=formataddr((configured or mail.sender_name, address)),
        to=[mail.to],
        headers={
            "Message-ID": f"<{mail.key}@{address.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
            **mail.headers,
        },
    )
    message.attach_alternative(mail.html, "text/html")
    for file in mail.files:
        message.attach(_part(file))
    return message


def _part(file: Attachment) -> MIMEBase:
    """The file as a part of a mail; parameters such as ``method=REQUEST`` stay on its type."""
    kind, *parameters = (piece.strip() for piece in file.content_type.split(";"))
    main, _, sub = kind.partition("/")
    part: MIMEBase
    if main == "text":
        part = MIMEText(file.content.decode(), sub, "utf-8")
    else:
        part = MIMEBase(main, sub or "octet-stream")
        part.set_payload(file.content)
        encoders.encode_base64(part)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() != "charset":
            part.set_param(name, value.strip('"'))
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def _code(error: SMTPException) -> int:
    if isinstance(error, SMTPResponseException):
        return error.smtp_code
    assert isinstance(error, SMTPRecipientsRefused)
    return max(code for code, _said in error.recipients.values())
