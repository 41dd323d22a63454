"""The site under supervisord, with the file that the page on deployment shows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deployed import BIN, PATIENCE, Place, ask, executable


@pytest.mark.skipif(sys.platform == "win32", reason="supervisord is for Unix")
def test_supervisord_starts_the_site_again_restarts_it_and_stops_it() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="site-") as directory,
        Place(Path(directory)) as place,
    ):
        port = place.port()
        log = {'"error.log"': '"/dev/stdout"'}
        place.take("server.py", {"8080": str(port), **log})
        shown = place.take("supervisord.conf").read_text()
        place.write(
            "supervisord.conf", f"{shown}stdout_logfile = /dev/fd/1\nstdout_logfile_maxbytes = 0\n"
        )
        path = f"{BIN}:{os.environ['PATH']}"
        daemon = place.run("Bus STARTED", "supervisord", "-n", "-c", "supervisord.conf", PATH=path)

        def control(*words: str) -> str:
            command = [executable("supervisorctl"), "-c", "supervisord.conf", *words]
            return subprocess.run(
                command,
                check=True,
                cwd=directory,
                stdout=subprocess.PIPE,
                text=True,
                timeout=PATIENCE,
            ).stdout

        def process() -> int:
            found: int = json.loads(ask(port, "/where").body)["process"]
            return found

        first = process()
        os.kill(first, signal.SIGKILL)
        daemon.wait_for("Bus STARTED", 2)
        second = process()
        assert control("restart", "site") == "site: stopped\nsite: started\n"
        daemon.wait_for("Bus STARTED", 3)
        third = process()
        assert len({first, second, third}) == 3
        assert f"RUNNING   pid {third}" in control("status")
        assert control("shutdown") == "Shut down\n"
        assert daemon.process.wait(PATIENCE) == 0
        assert place.lives() == {
            "start": [str(first), str(second), str(third)],
            "stop": [str(second), str(third)],
        }
