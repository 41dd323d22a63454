"""Whether a process says that it is alive, and whether it is ready."""

from typing import Any

import pytest

from cherrypy_bus import Bus
from cherrypy_server import Health, Server


def ask(health: Health, path: str, method: str = "GET", mounted: str = "") -> tuple[str, str]:
    statuses: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        statuses.append(status)
        assert ("Cache-Control", "no-store") in headers

    environ = {"REQUEST_METHOD": method, "SCRIPT_NAME": mounted, "PATH_INFO": path}
    body = b"".join(health(environ, start_response))
    return statuses[0][:3], body.decode().strip()


def test_it_is_alive_whatever_the_bus_does(bus: Bus) -> None:
    health = Health(bus, {"database": lambda: False})
    assert ask(health, "/livez") == ("200", "alive")


def test_it_is_ready_while_the_bus_is_started(bus: Bus) -> None:
    health = Health(bus)
    assert ask(health, "/readyz") == ("503", "not ready: the bus is STOPPED")
    bus.start()
    assert ask(health, "/readyz") == ("200", "ready")
    bus.exit()
    assert ask(health, "/readyz") == ("503", "not ready: the bus is EXITING")


def test_all_checks_have_to_hold(bus: Bus, lines: list[str]) -> None:
    found: dict[str, Any] = {"cache": None, "database": True}

    def divide() -> object:
        return 1 / (0 if found["cache"] == "away" else 1)

    health = Health(bus, {"cache": divide, "database": lambda: found["database"]})
    bus.start()
    assert ask(health, "/readyz") == ("200", "ready")
    found.update(cache="away", database=False)
    assert ask(health, "/readyz") == ("503", "not ready: cache, database")
    assert any(line.startswith("Not ready: cache: ZeroDivisionError") for line in lines)


@pytest.mark.parametrize(
    ("path", "method", "mounted", "status"),
    [
        ("", "GET", "/livez", "200"),
        ("/livez/", "GET", "/admin", "200"),
        ("/livez", "HEAD", "", "200"),
        ("/livez", "POST", "", "405"),
        ("/", "GET", "", "404"),
        ("/live", "GET", "", "404"),
    ],
)
def test_it_answers_wherever_it_is_mounted(
    bus: Bus, path: str, method: str, mounted: str, status: str
) -> None:
    answer = ask(Health(bus), path, method, mounted)
    assert answer[0] == status
    assert bool(answer[1]) == (method != "HEAD")


def test_it_is_not_ready_before_the_server_stops_accepting(bus: Bus, server: Server) -> None:
    health = Health(bus, drain=0.01)
    health.subscribe()
    server.application = health
    server.subscribe()
    seen: list[tuple[str, bool]] = []
    bus.subscribe("stop", lambda: seen.append((ask(health, "/readyz")[0], server.running)), 6)
    bus.start()
    bus.stop()
    assert seen == [("503", True)]
    assert not server.running


def test_without_a_drain_nothing_waits(bus: Bus, lines: list[str]) -> None:
    health = Health(bus)
    health.subscribe()
    bus.start()
    bus.stop()
    health.unsubscribe()
    assert not any("ready" in line for line in lines)
