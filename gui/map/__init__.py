"""The map and its clusters: what is drawn, and what the hand does on it."""
