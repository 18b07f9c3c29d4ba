"""Tasks and the in-app list: what somebody has to do or should know."""
