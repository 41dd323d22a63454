"""Test cases that ask Apache's httpd with mod_fcgid, which starts a process that speaks FastCGI."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from cherrypy.test.apache import ApacheSupervisor

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ModFCGISupervisor"]

SERVE: Final = """
from cherrypy.process.servers import FlupFCGIServer

FlupFCGIServer(application).start()
"""


class ModFCGISupervisor(ApacheSupervisor):
    """Controls an httpd with mod_fcgid; the process needs the library flup."""

    modules: ClassVar[tuple[str, ...]] = ("alias", "fcgid")
    template: ClassVar[str] = """\
FcgidIPCDir "{place}/sockets"
FcgidProcessTableFile "{place}/processes"
FcgidMaxProcesses 1
FcgidMaxRequestLen 1073741824
FcgidWrapper "{python} {script}" .py
AliasMatch ^/(.*)$ "{script}/$1"
<Directory "{place}">
    Options ExecCGI
    SetHandler fcgid-script
</Directory>
"""

    def _config(self, place: Path, script: Path) -> str:
        with script.open("a", encoding="utf-8") as file:
            file.write(SERVE)
        return super()._config(place, script)
