"""The site that tools/run serves answers, stops cleanly, and keeps what was entered."""

import contextlib
import http.cookiejar
import re
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from workspace.cli import ROOT
from workspace.processes import environ


@contextlib.contextmanager
def served(port: int, data: Path) -> Iterator[str]:
    """Serve the site until the block ends, with an interrupt as by Ctrl-C."""
    command = [str(ROOT / "tools" / "run"), "--port", str(port), "--data", str(data)]
    with subprocess.Popen(
        command, cwd=data.parent, env=environ(), stderr=subprocess.PIPE, text=True
    ) as site:
        told: list[str] = []
        try:
            assert site.stderr is not None
            for line in site.stderr:
                told.append(line)
                if "Bus STARTED" in line:
                    break
            yield "".join(told)
        finally:
            site.send_signal(signal.SIGINT)
            site.communicate(timeout=20)
        assert site.returncode == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
        return number


def test_the_site_answers_and_keeps_what_was_entered_over_a_restart(tmp_path: Path) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
    with served(port, tmp_path / "data") as told:
        assert f"serving {base}/ " in told
        assert "the first time" in browser.open(base).read().decode()
        assert "2 times" in browser.open(base).read().decode()
        form = urllib.parse.urlencode({"name": "Ada", "words": "Good day"}).encode()
        assert "Good day" in browser.open(f"{base}/guestbook/sign", form).read().decode()
    with served(port, tmp_path / "data"):
        assert "Good day" in browser.open(f"{base}/entries").read().decode()


def test_port_0_takes_a_free_port_that_the_log_names(tmp_path: Path) -> None:
    with served(0, tmp_path / "data") as told:
        found = re.search(r"Serving on (http://127\.0\.0\.1:[1-9]\d*)", told)
        assert found is not None
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert "Welcome" in direct.open(found[1]).read().decode()
