"""What a study would train, take and tell, before anything runs."""
