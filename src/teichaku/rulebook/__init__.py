"""Immutable rulebook revisions and which one is in force."""
