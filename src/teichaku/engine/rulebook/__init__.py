"""The rulebook grammar, version 1: one document that people agree to and the engine executes."""
