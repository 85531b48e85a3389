"""Every rule, code and task that go together, with the same budget."""
