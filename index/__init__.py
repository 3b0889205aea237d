"""Where it is said: embeddings, keyword and vector search over the curated passages."""
