"""Serve files and directories over HTTP, and nothing outside of them."""
