"""Arrays made of documents: TF-IDF, truncated SVD, k-means; numpy alone, the same bits for the same input and seed."""
