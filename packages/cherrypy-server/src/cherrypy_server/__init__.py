"""Serve any WSGI application under a process bus."""
