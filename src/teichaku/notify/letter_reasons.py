"""Why a letter was not sent, in words; what the rooms above decide they say themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teichaku.notify.letter_gates import letter_gates
from teichaku.notify.reasons import explained

WORDS = {
    "cancelled": _("Called off before it left."),
    "no sender": _(
        "Advertising has to name its sender. Enter registered name, postal address and contact"
        " under “How messages leave”, then send it again."
    ),
    "no gate": _("Nothing here can tell who agreed to advertising, so none is sent."),
}


def letter_explained(reason: str) -> str:
    """What the code means, and the way out; "" for none."""
    if reason in WORDS:
        return str(WORDS[reason])
    for gate in letter_gates.values():
        if reason in gate.reasons:
            return str(gate.reasons[reason])
    return explained(reason)
