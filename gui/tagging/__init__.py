"""The sentiment panel, and what the model does with a text."""
