"""What customers buy: lending today, its neighbours later."""
