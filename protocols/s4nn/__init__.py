"""First-to-spike networks of neurons that spike once."""
