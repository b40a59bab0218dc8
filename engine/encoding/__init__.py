"""Encoding: texts to token embeddings and to one embedding each, and what is known of how well."""
