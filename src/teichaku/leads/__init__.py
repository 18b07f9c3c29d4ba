"""People and companies known to marketing, their identities, attributes and stages."""
