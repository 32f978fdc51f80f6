"""What a study file says and what it comes to: every key resolved, every trial described, before any data is read."""
