"""Terse reports and reloaded modules."""

from __future__ import annotations

import io
import sys
import unittest
from typing import TYPE_CHECKING

from cherrypy_testing import ReloadingTestLoader, TerseTestRunner

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MODULE = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.fail('{}')\n"


def run(name: str) -> str:
    stream = io.StringIO()
    TerseTestRunner(stream, verbosity=1).run(ReloadingTestLoader().loadTestsFromName(name))
    return stream.getvalue()


def test_modules_are_imported_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = tmp_path / "reloaded_tests.py"
    file.write_text(MODULE.format("first"), encoding="utf-8")
    assert "first" in run("reloaded_tests")
    file.write_text(MODULE.format("second"), encoding="utf-8")
    assert "second" in run("reloaded_tests.T.test_a")
    del sys.modules["reloaded_tests"]


def test_a_name_may_be_looked_up_in_a_module() -> None:
    suite = ReloadingTestLoader().loadTestsFromName("Passing", sys.modules[__name__])
    assert suite.countTestCases() == 1


class Passing(unittest.TestCase):
    def test_nothing(self) -> None:
        assert True


class Failing(unittest.TestCase):
    def test_failure(self) -> None:
        self.fail("the reason")

    def test_error(self) -> None:
        raise LookupError("the error")


def result_of(case: type[unittest.TestCase]) -> str:
    stream = io.StringIO()
    TerseTestRunner(stream).run(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    return stream.getvalue()


def test_success_needs_no_words() -> None:
    assert result_of(Passing) == "."


def test_failures_are_shown_and_counted() -> None:
    shown = result_of(Failing)
    assert "the reason" in shown
    assert "LookupError: the error" in shown
    assert shown.endswith("FAILED (failures=1, errors=1)\n")


Failing.__test__ = False  # type: ignore[attr-defined] # pytest leaves it to us
