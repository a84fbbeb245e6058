"""Search the sizes, looks and thresholds of designs for what is best by a study's own utility, under its own constraints."""
