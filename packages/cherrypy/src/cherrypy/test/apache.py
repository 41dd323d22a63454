"""Apache's httpd as the server that test cases ask.

It runs in a directory of its own, which goes with it, and never as a daemon. Where it is started by
root, what it imports has to be readable for `user`: httpd serves nothing as root.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar, Final

import cherrypy
from cherrypy.test.supervisors import Supervisor

if TYPE_CHECKING:
    from cherrypy_web import Tree

__all__ = ["ApacheSupervisor", "mounted"]

NAMES: Final = ("apache2", "httpd", "apache")
PLACES: Final = "/usr/local/sbin:/usr/sbin:/sbin"
LIBRARIES: Final = (
    "/usr/lib/apache2/modules",
    "/usr/lib64/httpd/modules",
    "/usr/lib/httpd/modules",
)
PATIENCE: Final = 60

COMMON: Final = """\
ServerRoot "{place}"
ServerName 127.0.0.1
DefaultRuntimeDir "{place}"
PidFile "{place}/httpd.pid"
Listen {host}:{port}
ErrorLog "{place}/error.log"
DocumentRoot "{place}"
AllowEncodedSlashes NoDecode
{loads}
{user}
<Directory "{place}">
    Require all granted
</Directory>
"""

SCRIPT: Final = """\
import sys

sys.path[:0] = {path!r}
from cherrypy.test.apache import mounted

application = mounted({module!r}, {file!r}, {case!r})
"""


class ApacheSupervisor(Supervisor):
    """Controls an httpd that serves what the module of a test case mounts, in another process.

    Attributes:
        modules: What is loaded, without the ending ``_module``.
        template: The configuration, but for what is the same with all modules. ``{place}`` is the
            directory, ``{python}`` the interpreter and ``{script}`` the file that has the site.
        path: Where modules are looked for; by default where this process does.
        python: The interpreter of a process that serves the site, where httpd starts one.
        user: Who serves, where httpd is started by root.
    """

    using_apache = True
    using_wsgi = True

    modules: ClassVar[tuple[str, ...]] = ()
    template: ClassVar[str] = ""

    path: list[str] | None = None
    python: str = sys.executable
    user: str = "www-data"

    _place: TemporaryDirectory[str] | None = None
    _process: subprocess.Popen[bytes] | None = None

    def start(self, modulename: str | None = None) -> None:
        """Start httpd, and return when it accepts connections.

        Raises:
            FileNotFoundError: httpd, or one of its modules, is not installed.
            RuntimeError: It ended, or does not listen; the message is what it wrote.
        """
        self._place = TemporaryDirectory(prefix="cherrypy-httpd-")
        try:
            self._begin(Path(self._place.name), modulename or "")
        except BaseException:
            self.stop()
            raise

    def _begin(self, place: Path, module: str) -> None:
        place.chmod(0o755)
        script = place / "site.py"
        file = getattr(sys.modules.get(module), "__file__", None)
        path = _import_path() if self.path is None else self.path
        script.write_text(SCRIPT.format(path=path, module=module, file=file, case=self.case))
        config = place / "httpd.conf"
        config.write_text(self._config(place, script))
        command = [_httpd(), "-d", str(place), "-f", str(config), "-DFOREGROUND"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - as found
        self._wait()

    def _config(self, place: Path, script: Path) -> str:
        loads = "\n".join(_load(name) for name in ("mpm_event", "authz_core", *self.modules))
        user = f"User {self.user}\nGroup {self.user}" if os.geteuid() == 0 else ""
        text = COMMON + self.template
        names = {"host": self.host, "port": self.port, "python": self.python, **self.further()}
        return text.format(place=place, script=script, loads=loads, user=user, **names)

    def further(self) -> dict[str, Any]:
        """Return what else stands in the template of a subclass."""
        return {}

    def _wait(self) -> None:
        process = self._process
        for _ in range(PATIENCE * 20):
            with suppress(OSError), socket.create_connection((self.host, self.port), PATIENCE):
                return
            with suppress(subprocess.TimeoutExpired):
                if process is not None and process.wait(0.05) is not None:
                    break
        raise RuntimeError(f"httpd does not listen on {self.host}:{self.port}: {self.log()}")

    def log(self) -> str:
        """Return what httpd has written into its log."""
        file = None if self._place is None else Path(self._place.name) / "error.log"
        return file.read_text("utf-8", "replace") if file is not None and file.exists() else ""

    def stop(self) -> None:
        """Stop httpd with all its processes, and remove its files; do nothing without one."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
        place, self._place = self._place, None
        if place is not None:
            place.cleanup()


def mounted(module: str, file: str | None, case: str) -> Tree:
    """Mount what a module of tests mounts, in a process that httpd has started.

    Args:
        module: The module's name.
        file: Where it is.
        case: The name of the class that has ``setup_server``, if the module has none.

    Raises:
        ImportError: There is no such file.
    """
    spec = None if file is None else spec_from_file_location(module, file)
    if spec is None or spec.loader is None:
        raise ImportError(
            f"httpd needs a module to import, and {module!r} has no file", name=module
        )
    tests: Any = module_from_spec(spec)
    sys.modules[module] = tests
    spec.loader.exec_module(tests)
    cherrypy.config.update({"environment": "test_suite", "log.screen": False})
    cherrypy.server.unsubscribe()
    for name in case.split(".") if case else ():
        tests = getattr(tests, name)
    tests.setup_server()
    cherrypy.engine.start()
    return cherrypy.tree


def _import_path() -> list[str]:
    """Return where modules are found that are not Python's own, which the other process has."""
    own = Path(sysconfig.get_path("stdlib"))
    return [
        each
        for each in sys.path
        if each and not each.endswith(".zip") and ("-packages" in each or own not in _all(each))
    ]


def _all(path: str) -> list[Path]:
    return [Path(path), *Path(path).parents]


def _httpd() -> str:
    found = (shutil.which(name, path=path) for path in (None, PLACES) for name in NAMES)
    for each in found:
        if each:
            return each
    raise FileNotFoundError("Apache's httpd is not installed: apt-get install apache2")


def _load(name: str) -> str:
    for library in LIBRARIES:
        file = Path(library) / f"mod_{name}.so"
        if file.exists():
            return f'LoadModule {name}_module "{file}"'
    raise FileNotFoundError(f"mod_{name} of Apache's httpd is not installed")
