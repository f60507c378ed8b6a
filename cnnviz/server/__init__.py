"""The ASGI application around the screens; it imports nothing of the library until a visitor comes."""
