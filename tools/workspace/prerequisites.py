"""The programs that some tests start, and the Debian packages that have them: the one list of both.

A test says what it needs with ``@pytest.mark.requires("nginx")``. What the tests of this checkout
use is found by looking for that mark, so a program that no test asks for is never installed.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workspace.errors import Failure, Misuse
from workspace.processes import environ, logged

_MARK = re.compile(r"\brequires\(([^)]*)\)")
_NAME = re.compile(r"""["']([\w.+-]+)["']""")


@dataclass(frozen=True, slots=True)
class Program:
    """Something that is not a Python package.

    Attributes:
        debian: The packages to install.
        executables: Names of which one must be on the PATH.
        files: Further files that must be there (patterns below ``/``).
    """

    debian: tuple[str, ...]
    executables: tuple[str, ...]
    files: tuple[str, ...] = ()

    def missing(self) -> bool:
        """Tell whether the program is not installed here."""
        path = "/usr/local/sbin:/usr/sbin:/sbin"
        found = any(
            shutil.which(name) or shutil.which(name, path=path) for name in self.executables
        )
        return not found or not all(any(Path("/").glob(pattern)) for pattern in self.files)


PROGRAMS = {
    "apache2": Program(
        ("apache2", "libapache2-mod-fcgid", "libapache2-mod-wsgi-py3"),
        ("apache2",),
        ("usr/lib/apache2/modules/mod_wsgi.so*", "usr/lib/apache2/modules/mod_fcgid.so"),
    ),
    "lighttpd": Program(("lighttpd",), ("lighttpd",)),
    "chromium": Program(("chromium", "chromium-driver"), ("chromium",), ("usr/bin/chromedriver",)),
    "curl": Program(("curl",), ("curl",)),
    "memcached": Program(("memcached",), ("memcached",)),
    "nginx": Program(("nginx-light",), ("nginx",)),
    "openssl": Program(("openssl",), ("openssl",)),
    "redis-server": Program(("redis-server",), ("redis-server",)),
    "systemd-analyze": Program(("systemd",), ("systemd-analyze",)),
    "wrk": Program(("wrk",), ("wrk",)),
}


def program(name: str) -> Program:
    """Return a program of the list.

    Raises:
        Misuse: It is not in the list.
    """
    if name not in PROGRAMS:
        raise Misuse(f"unknown program {name!r}; the known ones are {', '.join(PROGRAMS)}")
    return PROGRAMS[name]


def advice(name: str) -> str:
    """Return a line that says how to get a program."""
    return f"needs {name}: apt-get install {' '.join(program(name).debian)}"


def used(root: Path) -> list[str]:
    """Return the names of the programs that tests of this checkout ask for."""
    names = {name for file in _test_files(root) for name in _marked(file)}
    return sorted(names & PROGRAMS.keys())


def missing(root: Path) -> list[str]:
    """Return the names of the programs that tests ask for and that are not installed."""
    return [name for name in used(root) if PROGRAMS[name].missing()]


def _test_files(root: Path) -> Iterator[Path]:
    yield from root.glob("integration-tests/**/*.py")
    yield from root.glob("packages/*/tests/**/*.py")


def _marked(file: Path) -> Iterator[str]:
    for match in _MARK.finditer(file.read_text("utf-8")):
        yield from _NAME.findall(match[1])


def debian(names: Iterable[str]) -> list[str]:
    """Return the Debian packages that have the programs."""
    return sorted({package for name in names for package in program(name).debian})


def install(packages: Iterable[str]) -> None:
    """Install Debian packages.

    Raises:
        Failure: This is no Debian, or apt-get failed.
    """
    apt = [*([] if os.geteuid() == 0 else ["sudo"]), "apt-get"]
    env = environ({"DEBIAN_FRONTEND": "noninteractive"})
    options = ["install", "--yes", "--quiet", "--no-install-recommends"]
    for command in ([*apt, "update", "--quiet"], [*apt, *options, *packages]):
        status = logged(command, sys.stdout, env=env)
        if status:
            raise Failure(f"{' '.join(command)} ended with status {status}")
