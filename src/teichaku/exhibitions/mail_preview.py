"""How the thank-you mails would read, with sender and way out, to somebody made up."""

from __future__ import annotations

from typing import NamedTuple

from teichaku.core import clock
from teichaku.exhibitions.follow_up import LANGUAGE
from teichaku.exhibitions.forms import FollowUpForm
from teichaku.exhibitions.mail_texts import text_filled, text_problem
from teichaku.exhibitions.models import Exhibition
from teichaku.notify.letter_text import letter_mail
from teichaku.notify.letters import ADVERTISING
from teichaku.notify.models import Letter

NAME, COMPANY, ADDRESS = "見本 花子", "株式会社見本製作所", "hanako@example.jp"


class Preview(NamedTuple):
    """A mail as it would arrive, or what is wrong with its words."""

    rank: str
    subject: str
    text: str
    problem: str


def mail_previews(exhibition: Exhibition, form: FollowUpForm) -> list[Preview]:
    """Each mail in the words that stand in the form."""
    return [
        _preview(exhibition, rank, str(subject.value() or ""), str(body.value() or ""))
        for rank, subject, body in form.texts
    ]


def _preview(exhibition: Exhibition, rank: str, subject: str, body: str) -> Preview:
    if problem := text_problem(subject, body):
        return Preview(rank, "", "", problem)
    filled = text_filled(
        subject, body, name=NAME, company=COMPANY, exhibition=exhibition.campaign.name
    )
    now = clock.now()
    letter = Letter(
        key="preview", purpose=ADVERTISING, address=ADDRESS, language=LANGUAGE,
        subject=filled.subject, body=filled.body, queued_at=now, due_at=now,
    )  # fmt: skip
    mail = letter_mail(letter)
    return Preview(rank, mail.subject, mail.text, "")
