"""E-prop beside back-propagation through time, on the same recurrent networks."""
