"""A network that learns while somebody watches: in slices of time, the same run for the same seed."""
