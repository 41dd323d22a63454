"""Importing it.

A new interpreter imports the package and ends; its compiled files are there already. What is
measured is its CPU time, with that of starting the interpreter.
"""

import os
import resource
import subprocess
import sys
import tempfile

GROUP = "import"


class Imports:
    """Starts interpreters that import a module.

    Args:
        module: The module.
    """

    def __init__(self, module: str) -> None:
        self._words = [sys.executable, "-c", f"import {module}"]
        self._environ = {**os.environ, "PYTHONPYCACHEPREFIX": tempfile.mkdtemp()}
        self._environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self()  # which compiles it

    def __call__(self) -> None:
        """Import it once."""
        subprocess.run(self._words, env=self._environ, check=True)

    def elapsed(self, number: int) -> int:
        """Return the nanoseconds of CPU time that so many imports take."""
        started = _of_children()
        for _ in range(number):
            self()
        return round((_of_children() - started) * 1e9)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cherrypy(_case: str) -> Imports:
    """Import what there is to build a site with."""
    return Imports("cherrypy")


ours = cherrypy


def flask(_case: str) -> Imports:
    """Import the package."""
    return Imports("flask")


def bottle(_case: str) -> Imports:
    """Import the module."""
    return Imports("bottle")


def falcon(_case: str) -> Imports:
    """Import the package."""
    return Imports("falcon")
