"""The parts of a random region: staff and its moves, then one module per kind of extract."""
