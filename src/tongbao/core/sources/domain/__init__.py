"""What a download must satisfy before it counts as fact, and what may go wrong on the way."""
