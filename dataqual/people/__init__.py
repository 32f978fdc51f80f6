"""Whom a corpus speaks of."""
