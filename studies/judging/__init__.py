"""What fitted laws say: worth and exchange, controls, verdicts; of a study or of anybody's table."""
