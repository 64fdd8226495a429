"""Damaged files by code, with what must come of each line."""
