"""Forms: what they ask, what was handed in with the text shown, and confirmed addresses."""
