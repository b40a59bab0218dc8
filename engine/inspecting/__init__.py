"""Inspecting: what the encoder and a tagger really do with a text, from their own tensors."""
