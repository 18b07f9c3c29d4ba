"""Template tags that the pages of every room may use."""
