"""The promised speeds, measured on whatever machine this is."""
