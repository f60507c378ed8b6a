"""The page of a class: the way into a room, and ready lessons."""
