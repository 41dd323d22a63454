"""A process that serves, from its first line of log to its last, ended by a real signal."""

import http.client
import signal
import subprocess
import sys

import pytest

PROGRAM = """
from cherrypy_bus import Bus, SignalHandler
from cherrypy_server import Server


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


bus = Bus()
bus.subscribe("log", lambda message, level: print(message, flush=True))
SignalHandler(bus).subscribe()
server = Server(bus, application)
server.socket_port = 0
server.subscribe()
bus.start()
bus.block()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the signals are those of Unix")
def test_a_process_serves_until_a_signal_ends_it() -> None:
    command = [sys.executable, "-u", "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("Serving on http://"))
        host, _, port = line.strip().removeprefix("Serving on http://").partition(":")
        assert next(process.stdout) == "Bus STARTED\n"
        connection = http.client.HTTPConnection(host, int(port))
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"hello"
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read().splitlines()
        connection.close()
        assert process.wait(10) == 0
    assert f"HTTP Server cherrypy_server.wsgi.WSGIServer(('{host}', {port})) shut down" in rest
    assert "Bus EXITED" in rest
