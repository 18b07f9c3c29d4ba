"""Exhibitions: one sheet of visitors, and who thanks and calls whom the next business day."""
