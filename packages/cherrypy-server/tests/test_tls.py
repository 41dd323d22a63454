"""TLS on real sockets, with both libraries: certificates, clients, hosts, renewal and noise."""

import http.client
import json
import os
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from OpenSSL import SSL

from cherrypy_bus import Bus
from cherrypy_server import Server

LIBRARIES = ["builtin", "pyopenssl"]
CIPHER = "ECDHE-ECDSA-AES256-GCM-SHA384"


def environ_as_json(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = json.dumps({key: value for key, value in environ.items() if isinstance(value, str)})
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body.encode()]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=LIBRARIES)
def server(request: pytest.FixtureRequest, bus: Bus) -> Iterator[Server]:
    """A server with either library, which answers with its environ."""
    server = Server(bus, environ_as_json)
    server.socket_port = 0
    server.thread_pool = 2
    server.ssl_module = request.param
    yield server
    if server.running:
        server.stop()


class Files:
    """Certificates of an authority as files."""

    def __init__(self, directory: Path, authority: trustme.CA) -> None:
        self.directory = directory
        self.authority = authority
        self.ca = self.write("ca.pem", authority.cert_pem)

    def write(self, name: str, *blobs: trustme.Blob) -> str:
        path = self.directory / name
        fresh = self.directory / f"{name}.new"
        fresh.write_bytes(b"".join(blob.bytes() for blob in blobs))
        fresh.replace(path)
        return str(path)

    def issue(self, host: str, prefix: str = "server") -> tuple[str, str]:
        issued = self.authority.issue_cert(host)
        certificate = self.write(f"{prefix}.pem", issued.cert_chain_pems[0])
        return certificate, self.write(f"{prefix}.key", issued.private_key_pem)

    def use(self, server: Server) -> None:
        server.ssl_certificate, server.ssl_private_key = self.issue("localhost")


@pytest.fixture
def files(tmp_path: Path, authority: trustme.CA) -> Files:
    return Files(tmp_path, authority)


def port_of(server: Server) -> int:
    assert isinstance(server.bound_addr, tuple)
    return server.bound_addr[1]


def context_for(files: Files) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=files.ca)


def ask(server: Server, context: ssl.SSLContext, host: str = "localhost") -> dict[str, str]:
    """Return the environ of a request on a connection of its own."""
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), 5) as bare,
        context.wrap_socket(bare, server_hostname=host) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % host.encode())
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    environ: dict[str, str] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return environ


def what_comes(client: socket.socket) -> bytes:
    """Say that nothing more is sent, and return what the server sends, until it has had enough."""
    received = b""
    with suppress(OSError):  # it may have left before each of these
        client.shutdown(socket.SHUT_WR)
    with suppress(ConnectionError):
        while piece := client.recv(65536):
            received += piece
    return received


def certificate_of(server: Server, context: ssl.SSLContext, host: str) -> dict[str, Any]:
    """Return the certificate that a client gets to see."""
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), 5) as bare,
        context.wrap_socket(bare, server_hostname=host) as client,
    ):
        return client.getpeercert() or {}


def test_a_site_is_served_with_tls(server: Server, files: Files, lines: list[str]) -> None:
    files.use(server)
    assert server.base() == "https://127.0.0.1:0"
    server.start()
    url = f"https://localhost:{port_of(server)}/"
    environ = requests.get(url, verify=files.ca, timeout=5).json()
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["HTTPS"] == "on"
    assert environ["SSL_PROTOCOL"] == "TLSv1.3"
    assert environ["SSL_CIPHER"]
    assert environ["SSL_CLIENT_VERIFY"] == "NONE"
    assert environ["SSL_TLS_SNI"] == "localhost"
    assert "-----BEGIN CERTIFICATE-----" in environ["SSL_SERVER_CERT"]
    assert "trustme" in environ["SSL_SERVER_I_DN"]
    assert server.base() == f"https://127.0.0.1:{port_of(server)}"
    assert lines[-1] == f"Serving on {server.base()}"


def test_a_connection_serves_several_requests(server: Server, files: Files) -> None:
    files.use(server)
    server.start()
    with closing(
        http.client.HTTPSConnection(
            "localhost", port_of(server), context=context_for(files), timeout=5
        )
    ) as connection:
        for _ in range(3):
            connection.request("GET", "/")
            assert connection.getresponse().read()


def test_requests_in_one_record_are_all_answered(server: Server, files: Files) -> None:
    files.use(server)
    server.start()
    padding = b"X-Padding: " + b"x" * 5000
    one = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + padding + b"\r\n\r\n"
    last = one.replace(b"Host:", b"Connection: close\r\nHost:")
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), 5) as bare,
        context_for(files).wrap_socket(bare, server_hostname="localhost") as client,
    ):
        client.sendall(one + one + last)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200 OK") == 3


def test_key_and_certificate_may_be_in_one_file(
    server: Server, files: Files, authority: trustme.CA
) -> None:
    issued = authority.issue_cert("localhost")
    server.ssl_certificate = files.write("both.pem", issued.private_key_and_cert_chain_pem)
    server.start()
    assert ask(server, context_for(files))["HTTPS"] == "on"


@pytest.mark.parametrize("own_file", [False, True])
def test_clients_get_the_chain_to_the_root(
    server: Server, files: Files, authority: trustme.CA, own_file: bool
) -> None:
    issued = authority.create_child_ca().issue_cert("localhost")
    first, *others = issued.cert_chain_pems
    server.ssl_private_key = files.write("server.key", issued.private_key_pem)
    if own_file:
        server.ssl_certificate = files.write("server.pem", first)
        server.ssl_certificate_chain = files.write("chain.pem", *others)
    else:
        server.ssl_certificate = files.write("server.pem", first, *others)
    server.start()
    assert ask(server, context_for(files))["HTTPS"] == "on"


def lock(key_file: str) -> None:
    """Give a key a password."""
    key = load_pem_private_key(Path(key_file).read_bytes(), None)
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")
    )
    Path(key_file).write_bytes(locked)


@pytest.mark.parametrize("password", ["open sesame", b"open sesame", lambda: "open sesame"])
def test_a_key_may_have_a_password(
    server: Server, files: Files, password: str | bytes | Callable[[], str]
) -> None:
    files.use(server)
    lock(server.ssl_private_key or "")
    server.ssl_private_key_password = password
    server.start()
    assert ask(server, context_for(files))["HTTPS"] == "on"


def test_a_wrong_password_is_an_error_that_names_the_key(server: Server, files: Files) -> None:
    files.use(server)
    lock(server.ssl_private_key or "")
    server.ssl_private_key_password = "open pepper"
    with pytest.raises(ValueError, match=r"TLS cannot use .*with the key '.*server\.key'"):
        server.start()


def test_a_password_is_asked_for_where_somebody_can_be_asked(
    server: Server, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def answer(text: str) -> str:
        asked.append(text)
        return "open sesame"

    monkeypatch.setattr("cherrypy_server.certificates.getpass", answer)
    files.use(server)
    lock(server.ssl_private_key or "")
    server.start()
    assert ask(server, context_for(files))["HTTPS"] == "on"
    assert asked == [f"Password of {server.ssl_private_key}: "]


def test_a_password_that_nobody_can_be_asked_for_is_an_error(
    server: Server, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    files.use(server)
    lock(server.ssl_private_key or "")
    with pytest.raises(ValueError, match="set ssl_private_key_password"):
        server.start()


def test_older_versions_of_the_protocol_are_refused(server: Server, files: Files) -> None:
    files.use(server)
    server.ssl_minimum_version = "TLSv1.3"
    server.start()
    older = context_for(files)
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        ask(server, older)
    assert ask(server, context_for(files))["SSL_PROTOCOL"] == "TLSv1.3"


def test_cipher_suites_can_be_chosen(server: Server, files: Files) -> None:
    files.use(server)
    server.ssl_ciphers = CIPHER
    server.start()
    context = context_for(files)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert ask(server, context)["SSL_CIPHER"] == CIPHER


def test_a_context_made_elsewhere_is_used(server: Server, files: Files) -> None:
    certificate, key = files.issue("localhost")
    if server.ssl_module == "builtin":
        server.ssl_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.ssl_context.load_cert_chain(certificate, key)
    else:
        server.ssl_context = SSL.Context(SSL.TLS_SERVER_METHOD)
        server.ssl_context.use_certificate_file(certificate)
        server.ssl_context.use_privatekey_file(key)
    server.start()
    environ = ask(server, context_for(files))
    assert environ["HTTPS"] == "on"
    assert environ["SSL_CLIENT_VERIFY"] == "NONE"


def with_certificate(files: Files, authority: trustme.CA) -> ssl.SSLContext:
    """Return the context of a client that shows a certificate of an authority."""
    context = context_for(files)
    authority.issue_cert("ada@example.com", common_name="Ada").configure_cert(context)
    return context


def test_a_client_may_show_a_certificate(server: Server, files: Files) -> None:
    staff = trustme.CA()
    files.use(server)
    server.ssl_client_ca = files.write("staff.pem", staff.cert_pem)
    server.ssl_verify_client = "optional"
    server.start()
    assert ask(server, context_for(files))["SSL_CLIENT_VERIFY"] == "NONE"
    environ = ask(server, with_certificate(files, staff))
    assert environ["SSL_CLIENT_VERIFY"] == "SUCCESS"
    assert environ["SSL_CLIENT_S_DN_CN"] == "Ada"
    assert "CN=Ada" in environ["SSL_CLIENT_S_DN"]
    assert "trustme" in environ["SSL_CLIENT_I_DN"]
    assert environ["SSL_CLIENT_CERT"].startswith("-----BEGIN CERTIFICATE-----")


def test_a_client_without_a_certificate_is_refused_where_one_is_required(
    server: Server, files: Files, authority: trustme.CA
) -> None:
    """What vouches for the server does not vouch for its clients."""
    staff = trustme.CA()
    child = authority.create_child_ca()
    issued = child.issue_cert("localhost")
    server.ssl_certificate = files.write("server.pem", issued.cert_chain_pems[0])
    server.ssl_private_key = files.write("server.key", issued.private_key_pem)
    server.ssl_certificate_chain = files.write("chain.pem", *issued.cert_chain_pems[1:])
    server.ssl_client_ca = files.write("staff.pem", staff.cert_pem)
    server.ssl_verify_client = "required"
    server.start()
    for context in (context_for(files), with_certificate(files, child)):
        with pytest.raises((OSError, ValueError)):
            ask(server, context)
    assert ask(server, with_certificate(files, staff))["SSL_CLIENT_S_DN_CN"] == "Ada"


def names(certificate: dict[str, Any]) -> list[str]:
    return [name for kind, name in certificate["subjectAltName"] if kind == "DNS"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("one.example", "one.example"),
        ("ONE.example", "one.example"),
        ("a.two.example", "*.two.example"),
        ("a.b.two.example", "localhost"),
        ("other.example", "localhost"),
    ],
)
def test_each_host_has_its_certificate(
    server: Server, files: Files, asked: str, shown: str
) -> None:
    files.use(server)
    server.ssl_hosts = {
        "one.example": files.issue("one.example", "one"),
        "*.two.example": files.issue("*.two.example", "two"),
    }
    server.start()
    context = context_for(files)
    context.check_hostname = False
    assert names(certificate_of(server, context, asked)) == [shown]
    assert ask(server, context, asked)["SSL_TLS_SNI"].lower() == asked.lower()


def test_renewed_certificates_are_used_without_a_restart(
    server: Server, files: Files, lines: list[str]
) -> None:
    files.use(server)
    server.ssl_hosts = {"one.example": files.issue("one.example", "one")}
    server.start()
    context = context_for(files)
    numbers = [certificate_of(server, context, "localhost")["serialNumber"] for _ in range(2)]
    files.issue("localhost")
    numbers.append(certificate_of(server, context, "localhost")["serialNumber"])
    assert numbers[0] == numbers[1] != numbers[2]
    assert any("TLS has new certificates" in line for line in lines)
    other = certificate_of(server, context, "one.example")["serialNumber"]
    files.issue("one.example", "one")
    assert certificate_of(server, context, "one.example")["serialNumber"] != other


def test_certificates_that_cannot_be_used_leave_the_former_ones(
    server: Server, files: Files, lines: list[str]
) -> None:
    files.use(server)
    server.start()
    context = context_for(files)
    number = certificate_of(server, context, "localhost")["serialNumber"]
    fresh = files.authority.issue_cert("localhost")
    files.write("server.pem", fresh.cert_chain_pems[0])  # its key is to follow
    for _ in range(2):
        assert certificate_of(server, context, "localhost")["serialNumber"] == number
    assert sum("TLS keeps its former certificates" in line for line in lines) == 1
    files.write("server.key", fresh.private_key_pem)
    assert certificate_of(server, context, "localhost")["serialNumber"] != number
    Path(server.ssl_certificate or "").unlink()
    assert ask(server, context)["HTTPS"] == "on"


def test_a_malformed_request_is_refused_and_costs_no_thread(
    server: Server, files: Files, lines: list[str]
) -> None:
    files.use(server)
    server.start()
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), 5) as bare,
        context_for(files).wrap_socket(bare, server_hostname="localhost") as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert ask(server, context_for(files))["HTTPS"] == "on"
    assert not any("died" in line for line in lines)


def test_http_without_tls_gets_a_400(server: Server, files: Files) -> None:
    files.use(server)
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server)), 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"HTTPS" in body
    assert ask(server, context_for(files))["HTTPS"] == "on"


def test_noise_and_clients_that_leave_are_one_quiet_line_each(
    server: Server, files: Files, bus: Bus
) -> None:
    notes: list[tuple[int, str]] = []
    bus.subscribe("log", lambda msg, level: notes.append((level, msg)))
    files.use(server)
    server.start()
    del notes[:]
    for noise in (b"\x00\x01\x02\x03\x04\x05\x06\x07", b"SSH-2.0-scan\r\n", b"\x16\x03\x01\x02"):
        with socket.create_connection(("127.0.0.1", port_of(server)), 5) as client:
            client.sendall(noise)
            assert b"HTTP/" not in what_comes(client)
    assert ask(server, context_for(files))["HTTPS"] == "on"
    assert [level for level, _ in notes] == [10, 10, 10]
    assert all("127.0.0.1: TLS handshake failed: " in msg for _, msg in notes)


def test_a_client_that_dawdles_at_the_handshake_keeps_nobody_waiting(
    server: Server, files: Files
) -> None:
    files.use(server)
    server.socket_timeout = 30
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server)), 5):
        assert ask(server, context_for(files))["HTTPS"] == "on"


def test_a_handshake_has_to_end_in_time(server: Server, files: Files) -> None:
    files.use(server)
    server.socket_timeout = 0.1
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server)), 5) as client:
        assert client.recv(100) == b""


@pytest.mark.requires("openssl")
def test_openssls_client_is_content(server: Server, files: Files) -> None:
    files.use(server)
    server.start()
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port_of(server)}", "-tls1_2"]
    options = ["-servername", "localhost", "-CAfile", files.ca, "-verify_return_error"]
    asked = subprocess.run(
        [*command, *options, "-ign_eof"],
        input=b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        capture_output=True,
        timeout=20,
        check=False,
    ).stdout
    assert b"Verify return code: 0 (ok)" in asked
    assert b"HTTP/1.1 200 OK" in asked
    assert b"Protocol  : TLSv1.2" in asked


def test_http_1_1_is_what_is_agreed_on(files: Files, bus: Bus) -> None:
    server = Server(bus, environ_as_json)
    server.socket_port = 0
    files.use(server)
    server.start()
    context = context_for(files)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), 5) as bare,
        context.wrap_socket(bare, server_hostname="localhost") as client,
    ):
        assert client.selected_alpn_protocol() == "http/1.1"
    server.stop()


def test_a_unix_socket_may_speak_tls(server: Server, files: Files, tmp_path: Path) -> None:
    files.use(server)
    server.socket_file = os.fspath(tmp_path / "tls.sock")
    server.start()
    with (
        socket.socket(socket.AF_UNIX) as bare,
        context_for(files).wrap_socket(bare, server_hostname="localhost") as client,
    ):
        client.connect(server.socket_file)
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"200 OK" in client.recv(65536)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ssl_module": "gnutls"}, "ssl_module must be builtin or pyopenssl, not 'gnutls'"),
        ({"ssl_certificate": "none.pem"}, "The file 'none.pem' .* is not there"),
        ({"ssl_minimum_version": "SSLv3"}, "ssl_minimum_version must be one of .*, not 'SSLv3'"),
        ({"ssl_verify_client": "maybe"}, "ssl_verify_client must be one of off, .*, not 'maybe'"),
        ({"ssl_verify_client": "required"}, "belong together"),
        ({"ssl_client_ca": "ca.pem"}, "belong together"),
        ({"ssl_hosts": {"a.example": 5}}, "ssl_hosts must have for 'a.example' .*, not 5"),
        ({"ssl_hosts": {"a.example": "none.pem"}}, "The file 'none.pem' .* is not there"),
        ({"ssl_certificate": None}, "has ssl_private_key, but neither"),
        ({"ssl_ciphers": "NONE-SUCH"}, "TLS cannot use the certificate .*server.pem"),
    ],
)
def test_wrong_settings_are_errors_that_say_what_is_right(
    files: Files, bus: Bus, settings: dict[str, object], words: str
) -> None:
    server = Server(bus, environ_as_json)
    files.use(server)
    for name, value in settings.items():
        setattr(server, name, value)
    with pytest.raises(ValueError, match=words):
        server.start()


def test_a_library_that_is_missing_is_an_error_that_says_how_to_get_it(
    files: Files, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cherrypy_server.pyopenssl", None)
    server = Server(bus, environ_as_json)
    files.use(server)
    server.ssl_module = "pyopenssl"
    with pytest.raises(ValueError, match=r"pip install 'cherrypy-server\[pyopenssl\]'"):
        server.start()
