"""Decoders that learn what output neurons stand for from their responses."""
