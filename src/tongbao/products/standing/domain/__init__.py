"""The rules of standing orders: when they fall due, and what may be ordered."""
