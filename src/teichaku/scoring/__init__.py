"""The engine joined to the tables: live score, qualification, dirty leads."""
