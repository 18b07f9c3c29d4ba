"""Qualified leads given to sales: to whom, by when, and what came back."""
