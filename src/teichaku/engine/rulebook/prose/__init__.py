"""The rulebook in words: one module per language and subject, the same names in both languages."""
