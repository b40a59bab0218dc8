"""The search panel: the query line, filters, hits and why they are hits."""
