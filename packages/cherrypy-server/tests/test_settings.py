"""What a server's settings are, and the server that they make."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cherrypy_bus import Bus
from cherrypy_server import Server, WSGIServer

DEFAULTS = {
    "accepted_queue_size": -1,
    "accepted_queue_timeout": 10,
    "bind_addr": ("127.0.0.1", 8080),
    "instance": None,
    "max_request_body_size": 100 * 1024 * 1024,
    "max_connections": 800,
    "max_waiting_bytes": 64 * 1024 * 1024,
    "max_pipelined_requests": 100,
    "max_request_body_buffer": 64 * 1024,
    "max_request_header_size": 500 * 1024,
    "max_request_target_size": 64 * 1024,
    "min_body_rate": 500,
    "nodelay": True,
    "peercreds": False,
    "peercreds_resolve": False,
    "protocol_version": "HTTP/1.1",
    "request_header_timeout": 20,
    "shutdown_timeout": 5,
    "socket_file": None,
    "socket_host": "127.0.0.1",
    "socket_port": 8080,
    "socket_queue_size": 128,
    "socket_timeout": 10,
    "ssl_certificate": None,
    "ssl_certificate_chain": None,
    "ssl_ciphers": None,
    "ssl_context": None,
    "ssl_module": "builtin",
    "ssl_private_key": None,
    "statistics": False,
    "thread_pool": 10,
    "thread_pool_max": -1,
    "wsgi_version": (1, 0),
}


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise NotImplementedError


@pytest.fixture
def server(bus: Bus) -> Server:
    return Server(bus, application)


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_default(server: Server, name: str) -> None:
    assert getattr(server, name) == DEFAULTS[name]


@pytest.mark.parametrize(
    ("setting", "value", "attribute"),
    [
        ("socket_queue_size", 7, "request_queue_size"),
        ("socket_timeout", 1.5, "timeout"),
        ("shutdown_timeout", 2, "shutdown_timeout"),
        ("protocol_version", "HTTP/1.0", "protocol"),
        ("max_request_header_size", 100, "max_request_header_size"),
        ("max_request_body_size", 200, "max_request_body_size"),
        ("nodelay", False, "nodelay"),
        ("thread_pool", 3, "numthreads"),
        ("max_request_target_size", 100, "max_request_target_size"),
        ("max_request_body_buffer", 100, "max_request_body_buffer"),
        ("max_pipelined_requests", 3, "max_pipelined_requests"),
        ("max_connections", 30, "max_connections"),
        ("max_waiting_bytes", 3000, "max_waiting_bytes"),
        ("request_header_timeout", 1.5, "request_header_timeout"),
        ("min_body_rate", 100.5, "min_body_rate"),
        ("peercreds", True, "peercreds_enabled"),
        ("wsgi_version", ("u", 0), "wsgi_version"),
    ],
)
def test_settings_reach_the_http_server(
    server: Server,
    setting: str,
    value: object,
    attribute: str,
) -> None:
    setattr(server, setting, value)
    httpserver = WSGIServer(server)
    assert getattr(httpserver, attribute) == value


def test_pool_limits_reach_the_http_server(server: Server) -> None:
    server.thread_pool = 3
    server.thread_pool_max = 4
    server.peercreds = server.peercreds_resolve = True
    httpserver = WSGIServer(server)
    assert (httpserver.requests.min, httpserver.requests.max) == (3, 4)
    assert httpserver.peercreds_resolve_enabled


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("socket_port", "8080", "a port from 0 to 65535"),
        ("socket_port", 65536, "a port from 0 to 65535"),
        ("socket_port", True, "a port from 0 to 65535"),
        ("socket_file_mode", "0o660", "permission bits such as 0o660"),
        ("socket_queue_size", -1, "a number of connections"),
        ("socket_timeout", 0, "a number of seconds above 0"),
        ("socket_timeout", None, "a number of seconds above 0"),
        ("accepted_queue_size", 1.5, "a number of connections, or -1 for any"),
        ("accepted_queue_timeout", "10", "a number of seconds"),
        ("shutdown_timeout", -1, "a number of seconds, or None for any time"),
        ("protocol_version", "HTTP/2", "HTTP/1.0 or HTTP/1.1"),
        ("thread_pool", 0, "a number of threads above 0"),
        ("thread_pool", "10", "a number of threads above 0"),
        ("thread_pool_max", 0, "a number of threads above 0, or -1 for any"),
        ("max_request_header_size", -1, "a number of bytes, or 0 for no limit"),
        ("max_request_body_size", "1M", "a number of bytes, or 0 for no limit"),
        ("max_request_header_fields", -1, "a number of fields, or 0 for any"),
        ("max_request_target_size", -1, "a number of bytes, or 0 for any"),
        ("max_request_body_buffer", 1.5, "a number of bytes, or 0 for none"),
        ("max_pipelined_requests", None, "a number of requests, or 0 for any"),
        ("max_connections", "800", "a number of connections, or 0 for any"),
        ("max_waiting_bytes", None, "a number of bytes, or 0 for any"),
        ("request_header_timeout", 0, "a number of seconds above 0"),
        ("min_body_rate", -1, "a number of bytes per second, or 0 for any"),
        ("allowed_hosts", "example.com", "a list of host names, without scheme and port"),
        ("allowed_hosts", ["a:80"], "a list of host names, without scheme and port"),
        ("allowed_hosts", ["http://a"], "a list of host names, without scheme and port"),
        ("socket_host", 5, "a host name or an address, or None"),
        ("socket_host", b"127.0.0.1", "a host name or an address, or None"),
        ("socket_file", 5, "the path of a Unix socket, or None"),
        ("ssl_module", None, "builtin or pyopenssl"),
        ("ssl_certificate", 5, "the path of a file, or None"),
        ("ssl_ciphers", ["ECDHE"], "names of cipher suites, or None"),
        ("ssl_hosts", [], "a dict of files by host name"),
        ("statistics", "yes", "True or False"),
        ("nodelay", "no", "True or False"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_right(
    server: Server, setting: str, value: object, words: str
) -> None:
    setattr(server, setting, value)
    message = f"The server's setting {setting} must be {words}, not {value!r}."
    with pytest.raises(ValueError, match=re.escape(message)):
        server.start()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("thread_pool_max", float("inf")),
        ("shutdown_timeout", None),
        ("shutdown_timeout", 0),
        ("max_request_body_size", None),
        ("accepted_queue_size", 0),
    ],
)
def test_a_value_at_the_edge_is_taken(server: Server, setting: str, value: object) -> None:
    setattr(server, setting, value)
    WSGIServer(server)


def test_fewer_threads_at_most_than_at_least_are_refused(server: Server) -> None:
    server.thread_pool_max = 5
    with pytest.raises(
        ValueError, match=r"thread_pool_max \(5\) must be at least thread_pool \(10\)"
    ):
        server.start()


@pytest.mark.parametrize(
    ("instance", "words"),
    [
        (5, "must be an HTTP server, a callable that returns one, or the dotted name"),
        (lambda _: None, "must be an HTTP server"),
        ("cherrypy_server.Nothing", "'cherrypy_server.Nothing', which cannot be imported"),
        ("no_such_module.Server", "'no_such_module.Server', which cannot be imported"),
    ],
)
def test_an_instance_that_is_no_server_is_refused(
    server: Server, instance: Any, words: str
) -> None:
    server.instance = instance
    with pytest.raises(ValueError, match=re.escape(words)):
        server.start()


def test_what_is_no_application_is_refused(server: Server) -> None:
    server.application = "site.application"  # type: ignore[assignment]
    with pytest.raises(ValueError, match=r"a WSGI callable, not 'site\.application'"):
        server.start()


@pytest.mark.parametrize("module", ["builtin", "pyopenssl"])
def test_what_is_no_tls_context_is_refused(server: Server, module: str) -> None:
    server.ssl_module, server.ssl_context = module, 5
    with pytest.raises(ValueError, match=r"ssl_context must be an .*Context .*, not 5"):
        server.start()


def test_an_empty_path_is_no_certificate(server: Server) -> None:
    server.ssl_certificate = server.ssl_private_key = server.ssl_certificate_chain = ""
    httpserver, _ = server.httpserver_from_self()
    assert isinstance(httpserver, WSGIServer)
    assert httpserver.ssl_adapter is None
    assert server.base().startswith("http://")


def test_allowed_hosts_may_be_addresses_and_have_a_star(server: Server) -> None:
    server.allowed_hosts = ("*.example.com", "127.0.0.1", "[::1]", "app_1", "büro.example")
    WSGIServer(server)


def test_a_list_is_a_wsgi_version_too(server: Server) -> None:
    server.wsgi_version = ["u", 0]  # type: ignore[assignment]  # as TOML has it
    assert WSGIServer(server).gateway.version == ("u", 0)


def test_a_path_may_be_that_of_the_socket(server: Server, tmp_path: Path) -> None:
    vars(server)["socket_file"] = tmp_path / "s"
    assert server.bind_addr == str(tmp_path / "s")


def test_an_unknown_wsgi_version_is_refused(server: Server) -> None:
    server.wsgi_version = (2, 0)
    with pytest.raises(ValueError, match=r"\(1, 0\) or \('u', 0\), not \(2, 0\)"):
        WSGIServer(server)


def test_the_empty_host_is_refused_with_advice(server: Server) -> None:
    with pytest.raises(ValueError, match=r"0\.0\.0\.0"):
        server.socket_host = ""


def test_a_server_without_an_address_says_what_to_set(server: Server) -> None:
    server.bind_addr = None
    with pytest.raises(ValueError, match="socket_host and socket_port, or socket_file"):
        server.start()


def address_settings(server: Server) -> tuple[str | None, str | None, int | None]:
    return server.socket_file, server.socket_host, server.socket_port


def test_bind_addr_sets_host_and_port(server: Server) -> None:
    server.socket_file = "/run/site.sock"
    server.bind_addr = ("::1", 81)
    assert address_settings(server) == (None, "::1", 81)


def test_bind_addr_sets_the_socket_file(server: Server) -> None:
    server.bind_addr = "/run/site.sock"
    assert address_settings(server) == ("/run/site.sock", None, None)


def test_the_socket_file_goes_before_host_and_port(server: Server) -> None:
    server.socket_file = "/run/site.sock"
    assert server.bind_addr == "/run/site.sock"


@pytest.mark.parametrize("value", [5, ("host", "80"), ("host",), ["host", b"80"]])
def test_other_addresses_are_refused(server: Server, value: Any) -> None:
    with pytest.raises(ValueError, match="path of a Unix socket, not"):
        server.bind_addr = value


@pytest.mark.parametrize(
    ("address", "base"),
    [
        (("127.0.0.1", 8080), "http://127.0.0.1:8080"),
        (("127.0.0.1", 80), "http://127.0.0.1"),
        (("::1", 8080), "http://[::1]:8080"),
        (("0.0.0.0", 8080), "http://here:8080"),
        (("::", 8080), "http://here:8080"),
        ("/run/site.sock", "/run/site.sock"),
        (None, ""),
    ],
)
def test_base(
    server: Server,
    address: tuple[str, int] | str | None,
    base: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    server.bind_addr = address
    assert server.base() == base


class Another:
    """An HTTP server of another make."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def start(self) -> None: ...

    def stop(self) -> None: ...


def another(server: Server) -> Another:
    return Another(server)


def test_httpserver_from_self_is_ours_by_default(server: Server) -> None:
    httpserver, bind_addr = server.httpserver_from_self()
    assert isinstance(httpserver, WSGIServer)
    assert bind_addr == ("127.0.0.1", 8080)


@pytest.mark.parametrize("maker", [Another, another])
def test_instance_may_be_what_makes_a_server(server: Server, maker: Any) -> None:
    server.instance = maker
    made, _ = server.httpserver_from_self()
    assert isinstance(made, Another)
    assert made.server is server


def test_instance_may_be_a_server(server: Server) -> None:
    server.instance = Another(server)
    assert server.httpserver_from_self()[0] is server.instance


def test_instance_may_be_a_dotted_name(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "site_server", SimpleNamespace(Make=Another))
    server.instance = "site_server.Make"
    assert isinstance(server.httpserver_from_self()[0], Another)


def test_a_name_without_a_module_is_refused(server: Server) -> None:
    with pytest.raises(ValueError, match=r"'Make' .* 'package\.module\.Name'"):
        server.httpserver_from_self("Make")


def test_a_subclass_may_serve_with_another_class(bus: Bus) -> None:
    class OtherServer(Server):
        httpserver_class = Another

    assert isinstance(OtherServer(bus, application).httpserver_from_self()[0], Another)


def test_a_subclass_may_make_the_usual_server_itself(bus: Bus) -> None:
    class Own(Server):
        def httpserver_from_self(self, httpserver: Any = None) -> Any:
            del httpserver
            return self.httpserver_class(self), self.bind_addr

    made, _ = Own(bus, application).httpserver_from_self()
    assert isinstance(made, WSGIServer)


def test_an_http_server_that_was_given_is_kept(server: Server, lines: list[str]) -> None:
    class Ended(Another):
        ready = True

    given = server.httpserver = Ended(server)
    server.start()
    server.restart()
    server.stop()
    assert server.httpserver is given
