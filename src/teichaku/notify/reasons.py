"""Why a message was not sent, or how it went, in words: a code is all that is kept."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORDS = {
    "no connection": gettext_lazy(
        "The service cannot be reached. Check the network and the address of the server."
    ),
    "no answer": gettext_lazy(
        "The service did not say whether it took the message, so it may have arrived or not."
    ),
    "interrupted": gettext_lazy(
        "Sending was interrupted half-way, so the message may have arrived or not."
    ),
    "no token": gettext_lazy("LINE WORKS gave no access. Try again in some minutes."),
    "bad key": gettext_lazy("The private key cannot be read. Enter the whole file anew."),
    "other key": gettext_lazy(
        "What was kept here was encrypted under another secret key. Enter it anew."
    ),
    "not set up": gettext_lazy("The service is not set up for the company yet."),
    "no address": gettext_lazy("The person has no address there."),
    "read": gettext_lazy("Read in Teichaku before it was due."),
    "left": gettext_lazy("The person does not work here any more."),
    "app": gettext_lazy("The person wants to be told in Teichaku only."),
}
REFUSED_ACCESS = {"http 401", "http 403", "smtp 530", "smtp 534", "smtp 535"}
UNKNOWN_THERE = {"http 404", "http 410", "smtp 550", "smtp 551", "smtp 553"}
BUSY = ("http 429", "http 5", "smtp 4")


def explained(reason: str) -> str:
    """What the code means, and the way out; "" for none."""
    if not reason or reason in WORDS:
        return str(WORDS.get(reason, ""))
    shown = {"code": reason.upper()}
    if reason in REFUSED_ACCESS:
        return _("The service refuses the access. Enter it anew. (%(code)s)") % shown
    if reason in UNKNOWN_THERE:
        return _("The service does not know the recipient. Check the address. (%(code)s)") % shown
    if reason.startswith(BUSY):
        return _("The service is busy or out of order. Try again later. (%(code)s)") % shown
    if reason.startswith(("http ", "smtp ")):
        return _("The service does not take the message. (%(code)s)") % shown
    return _("An error inside Teichaku. An administrator finds it in the log. (%(code)s)") % {
        "code": reason
    }
