"""To and from the objects of other packages; each is imported only when it is asked for."""
