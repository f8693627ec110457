"""What people may ask about data on them, and who may see core data whole."""
