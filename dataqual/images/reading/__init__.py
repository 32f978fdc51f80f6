"""Corpora of pictures: files, arrays of them, tables that hold them or say where they lie; one kind of source, one file."""
