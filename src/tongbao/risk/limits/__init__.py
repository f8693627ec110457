"""Limits: how much may be moved, by whom, how, and in what time."""
