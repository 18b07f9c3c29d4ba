"""Addresses of pages for places outside the site, such as mails: whole, with scheme and host."""

from __future__ import annotations

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme


def absolute(path: str) -> str:
    """The whole address of a page of the site, given by its path."""
    return f"{settings.SITE_ADDRESS}{path}"


def is_inside(path: str) -> bool:
    """Whether the path leads to a page of the site and nowhere else."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
