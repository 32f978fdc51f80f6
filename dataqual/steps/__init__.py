"""What a corpus may be put through, one step to a file: `keep`, `dedup`."""
