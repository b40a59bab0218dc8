"""How a map is drawn: points into pixels, names, marks and what lies under them; no hand, no engine."""
