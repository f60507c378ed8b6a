"""Go as an image: rules, records of games, and the planes that a network sees; no torch."""
