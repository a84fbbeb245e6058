"""The study file: every registered scenario and family in one whole."""
