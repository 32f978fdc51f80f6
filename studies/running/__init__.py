"""Trials and the processes that train them: dispatched, watched, taken over, gone on with."""
