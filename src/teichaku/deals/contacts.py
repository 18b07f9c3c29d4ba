"""Ways to get in touch with a lead, each one tap and the activity that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Contact(NamedTuple):
    """A way to get in touch: its words and icon, and the activity's kind and outcome.

    What is stored is in the company's language, whoever entered it.
    """

    label: Promise
    icon: str
    kind: str
    outcome: str = ""


CALLED, MAILED, NO_ANSWER, SCHEDULED = "called", "mailed", "no_answer", "scheduled"
CONTACTS: Mapping[str, Contact] = {
    CALLED: Contact(_("Called"), "phone", "call"),
    MAILED: Contact(_("Sent an e-mail"), "mail", "mail"),
    NO_ANSWER: Contact(_("No answer"), "phone-missed", "call", "つながらなかった"),
    SCHEDULED: Contact(_("Made an appointment"), "calendar-check", "call", "予定を入れた"),
}
