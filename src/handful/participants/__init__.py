"""The people of a trial, simulated or real, as structs of arrays."""
