"""How varied documents are: pure computations on cut text, which the metrics and the profile ask for."""
