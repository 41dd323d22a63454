"""CherryPy: publish a tree of Python objects as a web site."""
