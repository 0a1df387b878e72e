"""Reads papers: bytes in, fields out (`read`), in a limited child process (`child`)."""

MARK = "DETAINERDESK:"
"""How the square codes of our own begin."""
