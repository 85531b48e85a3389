"""The loop over the trials of a block: compiled, or step by step."""
