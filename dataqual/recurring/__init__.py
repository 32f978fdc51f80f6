"""Text that comes again in a corpus: lines, paragraphs and spans of words, found within a budget of memory."""
