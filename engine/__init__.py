"""What a passage, an embedding, a cluster and a tag are; runs without a window."""
