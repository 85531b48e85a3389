"""The command ``brainsnn``."""
