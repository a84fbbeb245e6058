"""Participants through designs: the conduct loop, and the exact and numeric engines beside it."""
