"""Training: taggers from labelled texts, the user's own and those that come with Asterism."""
