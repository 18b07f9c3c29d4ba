"""How messages leave: one module for each way, all with the same answer."""
