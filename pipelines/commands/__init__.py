"""The commands, one module each: its options, what it calls, what it prints."""
