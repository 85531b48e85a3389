"""The same assignments as C++: a source of a network, forward and backward."""
