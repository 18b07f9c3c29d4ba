"""Events: append-only facts about a lead in time."""
