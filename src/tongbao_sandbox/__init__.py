"""The outside world for demo and tests, spoken to over real HTTP; imports nothing of `tongbao`."""
