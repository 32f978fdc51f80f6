"""Signals: one number per document. One idea, one file; found by `dataqual.catalog`, no list to edit."""
