"""Teichaku: operating rules that stick, on the evidence of what was recorded."""

__version__ = "0.1.0"
