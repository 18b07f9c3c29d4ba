"""A real mail server on loopback takes the thank-you mails."""

from __future__ import annotations

from tests.notify.conftest import post_office

__all__ = ["post_office"]
