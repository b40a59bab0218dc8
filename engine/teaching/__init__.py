"""Teaching: what a tagger learns from the labels that the user gives to passages."""
