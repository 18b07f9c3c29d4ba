"""Test messages: sent at once, to whoever asks, and what happened is said."""

from __future__ import annotations

from teichaku.accounts.models import User
from teichaku.notify.messages import message_for_test, read_in
from teichaku.notify.models import Via
from teichaku.notify.reasons import explained
from teichaku.notify.senders.outcomes import NotSent, Unsure
from teichaku.notify.sending import message_post, message_send


def trial_send(user: User, via: Via, address: str = "") -> str:
    """What went wrong, "" when the service took the test; without an address, to the person's."""
    try:
        with read_in(user):
            message = message_for_test()
            if address:
                message_post(message, via, address)
            else:
                message_send(message, user, via)
    except (NotSent, Unsure) as failed:
        return explained(failed.reason)
    return ""
