"""Experiments with conversion: trained rectified units run as spikes."""
