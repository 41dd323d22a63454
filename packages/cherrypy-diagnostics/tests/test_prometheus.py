"""Figures for Prometheus, read back by its official parsers."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse_text

from cherrypy_diagnostics.prometheus import (
    BUCKETS,
    OTHER,
    RequestMetrics,
    ServerCollector,
    exposition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Labels = tuple[tuple[str, str], ...]
OPEN = "application/openmetrics-text; version=1.0.0"


def samples(
    registry: CollectorRegistry,
    accept: str = "",
    parse: Callable[[str], Iterable[Any]] = parse_text,
) -> dict[tuple[str, Labels], float]:
    """Return what a scrape says, by name and labels."""
    text = exposition(registry, accept)[1].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def labels(handler: str, method: str, status: str, **more: str) -> Labels:
    found = {"handler": handler, "method": method, "status": status, **more}
    return tuple(sorted(found.items()))


def metrics(**options: Any) -> RequestMetrics:
    return RequestMetrics(CollectorRegistry(), **options)


COUNT = "http_request_duration_seconds_count"


@pytest.mark.parametrize(("accept", "parse"), [("", parse_text), (OPEN, parse_open)])
def test_requests_are_counted_by_handler_method_and_status(accept: str, parse: Any) -> None:
    figures = metrics()
    for status in (200, 200, 404):
        figures.end(figures.begin(), "/shop/{name?}", "GET", status)
    found = samples(figures.registry, accept, parse)
    assert found[COUNT, labels("/shop/{name?}", "GET", "200")] == 2
    assert found[COUNT, labels("/shop/{name?}", "GET", "404")] == 1
    assert found["http_requests_in_progress", ()] == 0


def test_time_is_counted_in_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([1.0, 1.03])
    monkeypatch.setattr("cherrypy_diagnostics.prometheus.perf_counter", lambda: next(now))
    figures = metrics()
    figures.end(figures.begin(), "/", "GET", 200)
    found = samples(figures.registry)
    bucket = "http_request_duration_seconds_bucket"
    counts = [found[bucket, labels("/", "GET", "200", le=str(bound))] for bound in BUCKETS]
    assert counts == [float(bound >= 0.03) for bound in BUCKETS]
    total = found["http_request_duration_seconds_sum", labels("/", "GET", "200")]
    assert total == pytest.approx(0.03)


def test_running_requests_are_counted() -> None:
    figures = metrics()
    began = [figures.begin(), figures.begin()]
    assert samples(figures.registry)["http_requests_in_progress", ()] == 2
    figures.end(began[0], "/", "GET", 200)
    assert samples(figures.registry)["http_requests_in_progress", ()] == 1


def test_unknown_methods_and_statuses_share_a_label() -> None:
    figures = metrics()
    for method, status in (("BREW", 299), ("WHEN", 799)):
        figures.end(figures.begin(), "/", method, status)
    found = samples(figures.registry)
    assert found[COUNT, labels("/", OTHER, OTHER)] == 2
    assert sum(name == COUNT for name, _ in found) == 1


@pytest.mark.parametrize("limit", [0, 2])
def test_label_sets_are_bounded(limit: int) -> None:
    figures = metrics(limit=limit)
    for number in range(5):
        figures.end(figures.begin(), f"/{number}", "GET", 200)
    found = samples(figures.registry)
    assert found[COUNT, labels(OTHER, OTHER, OTHER)] == 5 - limit
    assert sum(name == COUNT for name, _ in found) == limit + 1
    for number in range(limit):
        assert found[COUNT, labels(f"/{number}", "GET", "200")] == 1


def test_hostile_label_is_escaped() -> None:
    figures = metrics()
    name = 'a"} 1\nevil{x="\\'
    figures.end(figures.begin(), name, "GET", 200)
    assert samples(figures.registry)[COUNT, labels(name, "GET", "200")] == 1


def test_own_registry_tells_of_the_process() -> None:
    one, other = RequestMetrics(), RequestMetrics()
    one.end(one.begin(), "/", "GET", 200)
    names = {name for name, _ in samples(one.registry)}
    assert {"python_info", "python_gc_objects_collected_total"} <= names
    assert COUNT not in {name for name, _ in samples(other.registry)}


def test_registry_takes_them_once() -> None:
    registry = CollectorRegistry()
    RequestMetrics(registry)
    with pytest.raises(ValueError, match="http_requests_in_progress"):
        RequestMetrics(registry)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (OPEN, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
def test_format_is_what_the_client_takes(accept: str, media_type: str) -> None:
    found, text = exposition(CollectorRegistry(), accept)
    assert found.startswith(media_type)
    assert text in (b"", b"# EOF\n")


@pytest.mark.parametrize("version", ["x", '""', "1.0.0-\xe9", "-1"])
def test_version_that_is_none_is_no_error(version: str) -> None:
    registry = CollectorRegistry()
    for kind in ("application/openmetrics-text", "text/plain"):
        media_type, _ = exposition(registry, f"{kind}; version={version}")
        assert media_type.partition(";")[0] in {"text/plain", "application/openmetrics-text"}


def server(address: str, **figures: Any) -> dict[str, Any]:
    threads: dict[str, Any] = {
        "Bind Address": lambda _: address,
        "Threads": lambda _: 10,
        "Threads Idle": lambda _: 7,
        "Queue": lambda _: None,
    }
    return threads | figures


def test_servers_are_collected_while_they_run() -> None:
    statistics: dict[str, Any] = {}
    registry = CollectorRegistry()
    registry.register(ServerCollector(statistics))
    assert samples(registry) == {}
    statistics["Cheroot HTTPServer 1"] = server("a", Enabled=True, Accepts=3)
    statistics["Cheroot HTTPServer 2"] = server("b", Enabled=False, Accepts=3)
    statistics["CherryPy Applications"] = {"Threads": 99}
    statistics[7] = {"Threads": 99}  # type: ignore[index]  # others may name theirs so
    assert samples(registry) == {
        ("http_server_threads", (("server", "a"),)): 10,
        ("http_server_threads", (("server", "b"),)): 10,
        ("http_server_threads_idle", (("server", "a"),)): 7,
        ("http_server_threads_idle", (("server", "b"),)): 7,
        ("http_server_connections_accepted_total", (("server", "a"),)): 3,
    }


def test_server_that_cannot_tell_leaves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    statistics = {f"Cheroot HTTPServer {name}": server(name, Enabled=False) for name in "ab"}
    statistics["Cheroot HTTPServer a"]["Threads"] = lambda figures: figures["no such key"]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ServerCollector(statistics))
    found = samples(registry)
    assert ("http_server_threads", (("server", "a"),)) not in found
    assert found["http_server_threads", (("server", "b"),)] == 10
    assert "'Threads' failed" in caplog.text


SHARED = """
import sys
from cherrypy_diagnostics.prometheus import RequestMetrics, exposition

figures = RequestMetrics()
for _ in range(int(sys.argv[1])):
    figures.end(figures.begin(), "/", "GET", 200)
print(exposition(figures.registry)[1].decode())
"""


def test_processes_are_added_up(tmp_path: Path) -> None:
    texts = [
        subprocess.run(
            [sys.executable, "-c", SHARED, str(count)],
            env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for count in (2, 3)
    ]
    assert f'{COUNT}{{handler="/",method="GET",status="200"}} 2.0' in texts[0]
    assert f'{COUNT}{{handler="/",method="GET",status="200"}} 5.0' in texts[1]
    assert "python_info" not in texts[1]


def test_advice_without_the_library() -> None:
    program = (
        "import sys\n"
        "sys.modules['prometheus_client'] = None\n"
        "import cherrypy_diagnostics.prometheus\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "pip install 'cherrypy-diagnostics[prometheus]'" in done.stderr
