"""How e-mail addresses and names of people are compared."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput


def folded_email(text: str) -> str:
    """The address as it is stored: trimmed, half-width, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def folded_name(text: str) -> str:
    """A key that is equal for two spellings of one name: widths aside, and blanks in Japanese.

    Case stays, because ids of some systems differ in nothing else and may stand where names do.
    """
    words = unicodedata.normalize("NFKC", text).split()
    return (" " if text.isascii() else "").join(words)


def is_full_name(text: str) -> bool:
    """Whether the text reads as a full name and not as an id: Japanese, or several words."""
    return not text.isascii() or len(text.split()) > 1


def is_email(text: str) -> bool:
    """Whether the text has the shape of an address; whether it exists only a mail can tell."""
    local, _, domain = text.rpartition("@")
    return bool(local) and "." in domain and not any(c.isspace() for c in text)


def usable_email(text: str) -> str:
    """The address as it is stored; ``InvalidInput`` when it is none."""
    address = folded_email(text)
    if not is_email(address):
        raise InvalidInput(
            _("%(text)s is no e-mail address. Enter one such as name@example.co.jp.")
            % {"text": text},
            email=text,
        )
    return address
