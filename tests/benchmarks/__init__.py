"""How long a region takes, beside scripts by hand on the same files: `make bench`."""
