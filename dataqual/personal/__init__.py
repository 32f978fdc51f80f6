"""What says who somebody is, or opens their door: where it stands in a document, one idea to a file."""
