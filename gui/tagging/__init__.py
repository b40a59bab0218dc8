"""Tags: the panel, labels by one key, totals and contrasts."""
