"""Regular meetings that run on recorded data alone, and what they decide."""
