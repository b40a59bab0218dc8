"""The inspector: what the models do with a text, to be seen."""
