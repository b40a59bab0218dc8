"""The corpus panel: sources, documents, loading, and the welcome."""
