"""Server configuration: the one place that reads the environment."""
