"""GLM networks under first-to-spike and rate learning."""
