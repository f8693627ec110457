"""Rules of collecting: tills, codes, links, requests."""
