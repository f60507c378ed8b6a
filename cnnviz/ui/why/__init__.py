"""The screen on why a network answers as it does."""
