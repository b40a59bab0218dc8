"""Tagging: models that label texts, how they are trained, kept and measured."""
