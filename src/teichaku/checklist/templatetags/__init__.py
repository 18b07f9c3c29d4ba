"""Template tags of the checklist room."""
