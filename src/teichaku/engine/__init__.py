"""Pure Python: rulebook grammar, program, kernel, store. Never Django, HTTP or the clock."""
