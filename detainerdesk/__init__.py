"""Detainer Desk: what the law that binds this agency requires on a detainer request, and a proof of what was done."""
