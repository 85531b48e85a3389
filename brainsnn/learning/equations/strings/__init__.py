"""From Brian2's strings to expressions, and from expressions to strings."""
