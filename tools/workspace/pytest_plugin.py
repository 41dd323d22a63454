"""What the workspace adds to pytest: the mark ``requires`` and the option ``--real``.

``@pytest.mark.requires("nginx")`` skips a test, with advice, where the program is not installed.
With ``--real`` every skipped test fails the run: a check that did not happen is no check that
passed.
"""

from __future__ import annotations  # pytest 8.3 has not all of the names in them

import pytest

from workspace.errors import Misuse
from workspace.prerequisites import advice, program


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--real``."""
    parser.addoption("--real", action="store_true", help="a skipped test fails the run")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark and, where nothing may be skipped, the watch over that."""
    config.addinivalue_line("markers", "requires(program, …): skip where a program is missing")
    if config.getoption("real"):
        config.pluginmanager.register(Watch(), "workspace-watch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests whose programs are missing.

    Raises:
        UsageError: A mark names a program that is not in the list of prerequisites.
    """
    for item in items:
        for mark in item.iter_markers("requires"):
            for name in mark.args:
                _skip_without(item, name)


def _skip_without(item: pytest.Item, name: str) -> None:
    try:
        absent = program(name).missing()
    except Misuse as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from error
    if absent:
        item.add_marker(pytest.mark.skip(reason=advice(name)))


class Watch:
    """Fail a run in which something was skipped."""

    def __init__(self) -> None:
        """Begin with nothing skipped."""
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a skipped test."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a skipped module."""
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn success into failure."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was skipped."""
        for name in self.skipped:
            terminalreporter.write_line(f"may not be skipped: {name}")
