"""Statements and certificates: nouns, words, arithmetic and refusals."""
