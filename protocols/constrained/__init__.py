"""Networks trained for what hardware allows: measured f-I curves, few bits, binary units."""
