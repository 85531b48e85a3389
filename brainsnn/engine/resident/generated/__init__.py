"""What a network becomes: the C++ that is generated beside Brian2's own."""
