"""A compiled network in this process: its state, its inputs, what its monitors recorded."""
