"""Orders that leave the house or come into it: their life, step by step."""
