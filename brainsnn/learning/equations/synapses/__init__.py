"""What synapses do, derived: on spikes, between them, and in sums over them."""
