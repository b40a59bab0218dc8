"""Searching: what a query line means, which passages answer it, and why."""
