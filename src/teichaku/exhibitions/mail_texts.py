"""The words of thank-you mails: what is delivered, what they may hold, how they are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

LONGEST_SUBJECT, LONGEST_BODY = 200, 5_000
FIELDS: Final = ("name", "company", "exhibition")
_FIELD = re.compile(r"\{([^{}]*)\}")
_HEAD = "{company}\n{name} 様\n\n"
_FOOT = (
    "\n\nこのメールは、{exhibition}でお名刺をいただいた方にお送りしています。"
    "\n今後のご案内が不要な場合は、下のページからいつでも停止できます。"
)
# What is sent is in the company's language, whoever wrote it down.
TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "A": (
        "{exhibition}でお話しした件のお礼と今後の進め方",
        _HEAD + "このたびは{exhibition}の当社ブースにお立ち寄りいただき、ありがとうございました。"
        "\n詳しくお話を伺うことができ、感謝しております。"
        "\n\n本日中に担当者からお電話いたします。ご都合の悪い時間がありましたら、このメールにご返信ください。"
        + _FOOT,
    ),
    "B": (
        "{exhibition}にご来場いただいたお礼",
        _HEAD + "このたびは{exhibition}の当社ブースにお立ち寄りいただき、ありがとうございました。"
        "\n\n当日ご覧いただいた内容の資料をご用意しています。"
        "\nご希望でしたら、このメールにご返信ください。"
        + _FOOT,
    ),
    "C": (
        "{exhibition}にご来場いただいたお礼",
        _HEAD + "このたびは{exhibition}の当社ブースにお立ち寄りいただき、ありがとうございました。"
        "\n\nお困りのことがありましたら、いつでもご相談ください。"
        + _FOOT,
    ),
    "": (
        "{exhibition}にご来場いただいたお礼",
        _HEAD + "このたびは{exhibition}の当社ブースにお立ち寄りいただき、ありがとうございました。"
        + _FOOT,
    ),
}  # fmt: skip


class Filled(NamedTuple):
    """A mail as it reads."""

    subject: str
    body: str


def text_problem(subject: str, body: str) -> str:
    """What is wrong with the words; '' where nothing is."""
    if not subject.strip() or not body.strip():
        return _("A mail needs a subject and a text. Enter both.")
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        return _("The subject or the text is too long. Shorten it.")
    unknown = sorted({name for name in _FIELD.findall(subject + body) if name not in FIELDS})
    if unknown:
        return _("There is nothing called {%(name)s}. Use {name}, {company} or {exhibition}.") % {
            "name": unknown[0]
        }
    return ""


def text_filled(subject: str, body: str, *, name: str, company: str, exhibition: str) -> Filled:
    """The mail to that person; a line that has nothing to say falls away."""
    said = {"name": name or "ご来場者", "company": company, "exhibition": exhibition}

    def fill(text: str) -> str:
        return _FIELD.sub(lambda found: said.get(found[1], found[0]), text)

    lines = [line for line in body.splitlines() if line.strip() != "{company}" or company]
    return Filled(" ".join(fill(subject).split()), fill("\n".join(lines)).strip())
