"""Runs in processes of their own that are killed, interrupted or short of storage."""
