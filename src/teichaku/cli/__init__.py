"""The command line: thin entries over the same services that the pages use."""

from __future__ import annotations

from teichaku.cli.main import main

__all__ = ["main"]
