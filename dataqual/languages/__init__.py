"""Which language a document is in, and how sure that is; which Chinese, too."""
