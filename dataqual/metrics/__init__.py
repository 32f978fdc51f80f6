"""Metrics: one reading per corpus, from states that merge. One idea, one file; found by `dataqual.catalog`."""
