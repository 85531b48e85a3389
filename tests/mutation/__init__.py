"""Do the tests notice? Defects planted one by one, and the tests of their area run on each."""
