"""Classifiers whose rule acts inside the trial: neurons that compete, then labelled responses."""
