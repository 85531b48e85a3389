"""Learning from recorded spikes: rules, optimisers, schedules, averages. Knows no simulator."""
