"""The life of a request: hooks, tools, applications and trees of them, over WSGI."""
