"""Reading: files of all formats into documents, and documents into passages."""
