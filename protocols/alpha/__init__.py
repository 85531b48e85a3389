"""Networks of alpha synapses that decide by the first spike: XOR of noisy spike times."""
