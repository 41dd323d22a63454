"""``cherryd --workers`` over TLS: certificates of several hosts, and the settings of the server."""

import select
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")

SITE = """
import os
import cherrypy

class Root:
    @cherrypy.expose
    def index(self):
        return cherrypy.request.scheme

cherrypy.tree.mount(Root(), "", {"/": {}})
cherrypy.engine.subscribe("start", lambda: os.write(1, b"started\\n"), 90)
"""

CONFIG = """
[global]
server.socket_file: "site.sock"
server.ssl_certificate: "one.pem"
server.ssl_hosts: {"two.test": "two.pem"}
server.ssl_minimum_version: "TLSv1.3"
log.screen: False
"""


def ask(home: Path, authority: trustme.CA, host: str, **limits: ssl.TLSVersion) -> bytes:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    for name, value in limits.items():
        setattr(context, name, value)
    plain = socket.socket(socket.AF_UNIX)
    plain.settimeout(30)
    with plain:
        plain.connect(str(home / "site.sock"))
        with context.wrap_socket(plain, server_hostname=host) as client:
            client.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: client.recv(1000), b""))


def test_workers_speak_tls_as_the_server_does(tmp_path: Path) -> None:
    authority = trustme.CA()
    for name in ("one", "two"):
        made = authority.issue_cert(f"{name}.test")
        made.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / f"{name}.pem"))
    (tmp_path / "s.py").write_text(SITE)
    (tmp_path / "c.conf").write_text(CONFIG)
    command = [sys.executable, "-m", "cherrypy", "--workers", "1", "-c", "c.conf", "-i", "s"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 60)[0]
        assert process.stdout.readline() == b"started\n"
        for name in ("one.test", "two.test"):
            answer = ask(tmp_path, authority, name)
            assert answer.startswith(b"HTTP/1.1 200 OK")
            assert answer.endswith(b"https")
        with pytest.raises(ssl.SSLError):
            ask(tmp_path, authority, "one.test", maximum_version=ssl.TLSVersion.TLSv1_2)
    finally:
        process.terminate()
        process.communicate(timeout=60)
