"""The map panel: what the hand does on the map, its tools, and what stands over it."""
