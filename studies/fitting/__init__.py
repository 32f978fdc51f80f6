"""Laws fitted to a table of runs, and how sure that is."""
