"""The dull bottom: clock, errors, jobs, outbox, audit, change history and registries."""
