"""Codes side by side: what each gives up and what it gains, on equal terms."""
