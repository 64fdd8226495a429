"""Rules changed in one place, which the case tables must notice."""
