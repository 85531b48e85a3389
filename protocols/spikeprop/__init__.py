"""SpikeProp, the first gradient of spike times: XOR and Iris."""
