"""Networks that are read by spike counts."""
