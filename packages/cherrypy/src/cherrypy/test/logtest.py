"""Looking into log files, under its documented name."""

from cherrypy_testing import LogCase, getchar

__all__ = ["LogCase", "getchar"]
