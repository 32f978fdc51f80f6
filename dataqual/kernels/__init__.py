"""The compiled inner loops over bytes and offsets; nothing here knows of documents' meaning."""
