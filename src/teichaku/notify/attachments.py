"""Files that go with a notification, as rooms hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput

MOST_BYTES = 5_000_000  # in all; mail servers refuse much more, and a link serves better


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file: its name, what it is (with parameters such as ``method=REQUEST``), its bytes."""

    name: str
    content_type: str
    content: bytes


def attachments_check(attachments: Sequence[Attachment]) -> None:
    """Nothing; together too large, they raise ``InvalidInput``."""
    size = sum(len(file.content) for file in attachments)
    if size > MOST_BYTES:
        raise InvalidInput(
            _(
                "The attached files have %(size)s MB in all, and at most %(most)s MB can be sent."
                " Attach fewer files, or write down where they can be found."
            )
            % {"size": f"{size / 1_000_000:.1f}", "most": MOST_BYTES // 1_000_000},
        )
