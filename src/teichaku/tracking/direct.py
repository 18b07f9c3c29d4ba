"""Answers the collector's addresses before sessions, languages and people are looked up."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from teichaku.tracking.collector import beacon_answer

PREFIX = "/c/"


class CollectorMiddleware:
    """First of all: what browsers of visitors send needs nothing of what pages need."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The collector's answer, or whatever the page says."""
        if request.path_info.startswith(PREFIX):
            return beacon_answer(request, request.path_info[len(PREFIX) :].rstrip("/"))
        return self._get_response(request)
