"""Files in: reading, mapping, quarantine. Knows no domain model."""
