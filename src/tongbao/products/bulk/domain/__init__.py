"""What a file of payments is, and what its lines say."""
