"""Whether entries survive workers and servers that are killed while people enter."""
