"""Networks of neurons with gated synapses, taught by their exact gradient."""
