"""What a network is: neurons, synapses, connectivity, parameters, and the Brian2 network of it."""
