"""How it is shown: the chat page and the HTTP API."""
