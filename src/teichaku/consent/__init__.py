"""Whom we may write to, and why: lawful basis, evidence, refusals, preferences."""
