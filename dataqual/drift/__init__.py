"""How two corpora differ, as pure computations: two samples, shares, distributions over values, words, versions."""
