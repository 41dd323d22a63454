"""The version of this package, where nothing has to be read to know it."""

__version__ = "19.0.0"
