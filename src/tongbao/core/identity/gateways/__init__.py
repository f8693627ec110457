"""What the module asks of the outside world."""
