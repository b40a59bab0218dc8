"""The reader: a document at its passage, neighbours, and the original file."""
