"""Paths in the one spelling."""

from __future__ import annotations

import pytest

from teichaku.tracking.shapes import path_normalise


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ""),
        ("/", "/"),
        ("pricing", "/pricing"),
        ("/pricing/", "/pricing"),
        ("/pricing?utm=1#top", "/pricing"),
        ("https://example.jp", "/"),
        ("https://example.jp/a/b/?x=1", "/a/b"),
        ("//example.jp/a", "/a"),
        ("/go?to=https://other.jp/x", "/go"),
        ("/料金/", "/料金"),
    ],
)
def test_host_query_fragment_and_trailing_slash_do_not_count(text, path):
    assert path_normalise(text) == path
    assert path_normalise(path) == path
