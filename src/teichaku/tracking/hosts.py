"""Hosts that a site's pages may lie on, as people write them and as browsers name them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput

MOST_HOSTS = 30
_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


def hosts_read(text: str) -> list[str]:
    """The hosts of the text, one in each line; addresses are cut to their host."""
    found: list[str] = []
    for line in text.replace(",", "\n").split():
        host = line.strip().lower()
        host = urlsplit(host).netloc if "://" in host else host.partition("/")[0]
        if not _HOST.fullmatch(host):
            raise InvalidInput(
                _(
                    "%(host)s is no name of a host. Write one such as www.example.co.jp in each"
                    " line; *.example.co.jp stands for all below it."
                )
                % {"host": line},
            )
        if host not in found:
            found.append(host)
    if not found:
        raise InvalidInput(_("A site needs the host of its pages, such as www.example.co.jp."))
    if len(found) > MOST_HOSTS:
        raise InvalidInput(
            _("A site has at most %(most)d hosts; *.example.co.jp stands for all below it.")
            % {"most": MOST_HOSTS}
        )
    return found


def host_fits(pattern: str, origin: str) -> bool:
    """Whether the origin's host is meant; a pattern without a port fits any."""
    netloc = origin.partition("://")[2].lower()
    bare = netloc.rpartition(":")[0] if ":" in netloc.rpartition("]")[2] else netloc
    wanted, host = (pattern, netloc) if ":" in pattern else (pattern, bare)
    if wanted.startswith("*."):
        return host.endswith(wanted[1:])
    return host == wanted
