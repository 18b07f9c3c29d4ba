"""Deals, their stages and activities."""
