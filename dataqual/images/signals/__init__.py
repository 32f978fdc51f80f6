"""What can be measured of a picture: one idea, one file."""
