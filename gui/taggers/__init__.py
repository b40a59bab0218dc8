"""Taggers in the window: choosing, making, teaching, training and judging them, and comparing two texts."""
