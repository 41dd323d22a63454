"""Test cases that ask Apache's httpd with mod_wsgi, which runs the site in a process of its own.

mod_wsgi is made for one version of Python, and the tests have to run on the same.
"""

from __future__ import annotations

from typing import ClassVar

from cherrypy.test.apache import ApacheSupervisor

__all__ = ["ModWSGISupervisor"]


class ModWSGISupervisor(ApacheSupervisor):
    """Controls an httpd with mod_wsgi."""

    modules: ClassVar[tuple[str, ...]] = ("wsgi",)
    template: ClassVar[str] = """\
WSGISocketPrefix "{place}/wsgi"
WSGIDaemonProcess tests processes=1 threads=10
WSGIProcessGroup tests
WSGIApplicationGroup %{{GLOBAL}}
WSGIScriptAlias / "{script}"
"""
