"""Pages that cross rooms, and the made-up company."""
