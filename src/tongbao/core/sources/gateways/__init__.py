"""Adapters to the outside sources; each is tested against the sandbox over real HTTP."""
