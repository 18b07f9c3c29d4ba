"""Who owes which entry by when, and how much of it comes in time."""
