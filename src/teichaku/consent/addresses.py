"""How an address of each channel is compared, and the digest under which it is looked up."""

from __future__ import annotations

import unicodedata

from teichaku.consent.words import Channel
from teichaku.core.secrets import keyed_digest
from teichaku.intake.normalise import phone_bare
from teichaku.leads.models import Lead
from teichaku.leads.names import domain_key, email_domain, email_key

DIGEST_PURPOSE = "consent address"


def address_key(channel: str, text: str) -> str:
    """The address as it is compared, '' when it is none; ``@example.jp`` means a whole domain."""
    if channel == Channel.EMAIL:
        bare = unicodedata.normalize("NFKC", text).strip()
        if bare.startswith("@"):
            host = domain_key(bare[1:])
            return f"@{host}" if "." in host else ""
        return email_key(text)
    if channel in (Channel.SMS, Channel.PHONE):
        return phone_bare(text.strip())
    return text.strip()


def address_digest(key: str) -> str:
    """What stands for the address where the address itself must not be kept."""
    return keyed_digest(DIGEST_PURPOSE, key)


def domain_of(key: str) -> str:
    """The whole domain of an e-mail address, as refusals name it; '' for other addresses."""
    host = email_domain(key)
    return f"@{host}" if host else ""


def address_of(lead: Lead, channel: str) -> str:
    """The lead's address on the channel, as it is compared.

    Nobody's postal address is kept, so the lead's own id stands for it.
    """
    if channel == Channel.EMAIL:
        return lead.email_key
    if channel == Channel.POST:
        return str(lead.uid)
    return phone_bare(lead.phone)
