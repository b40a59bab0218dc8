"""Storage: rows and float arrays, never a model."""
