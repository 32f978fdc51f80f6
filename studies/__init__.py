"""Studies over graded subsets of a corpus; nothing here can be run yet."""
