"""How the platform itself is doing: work that waits, events on their way, answers."""
