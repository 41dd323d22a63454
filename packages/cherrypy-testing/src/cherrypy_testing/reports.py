"""Loading and running test cases without much ado: names that may be reloaded, terse results."""
# ruff: noqa: N802 - the names of unittest

from __future__ import annotations

import importlib
import sys
import unittest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


class TerseTestResult(unittest.TextTestResult):
    """Results of which only the errors are shown, each once.

    Examples:
        >>> import sys
        >>> import unittest
        >>> runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=TerseTestResult)
        >>> isinstance(runner._makeResult(), TerseTestResult)
        True
    """

    def printErrors(self) -> None:
        """Show what went wrong, if anything did."""
        if self.errors or self.failures:
            if self.dots or self.showAll:
                self.stream.writeln()
            self.printErrorList("ERROR", self.errors)
            self.printErrorList("FAIL", self.failures)


class TerseTestRunner(unittest.TextTestRunner):
    """A runner that says nothing but errors, and at the end how many tests there were.

    Examples:
        >>> import sys
        >>> import unittest
        >>> class Sums(unittest.TestCase):
        ...     def test_two_and_two(self):
        ...         self.assertEqual(2 + 2, 4)
        >>> suite = unittest.defaultTestLoader.loadTestsFromTestCase(Sums)
        >>> result = TerseTestRunner(stream=sys.stdout, verbosity=0).run(suite)
        >>> result.testsRun, result.wasSuccessful()
        (1, True)
    """

    resultclass: Any = TerseTestResult

    def run(self, test: Any) -> Any:
        """Run a test or a suite, and return its result."""
        result = self._makeResult()
        test(result)
        result.printErrors()
        if not result.wasSuccessful():
            counts = {"failures": result.failures, "errors": result.errors}
            words = ", ".join(f"{name}={len(each)}" for name, each in counts.items() if each)
            self.stream.writeln(f"FAILED ({words})")
        return result


class ReloadingTestLoader(unittest.TestLoader):
    """A loader that imports a module anew when tests in it are asked for by name.

    Examples:
        >>> import unittest
        >>> from types import SimpleNamespace
        >>> class Sums(unittest.TestCase):
        ...     def test_two_and_two(self):
        ...         self.assertEqual(2 + 2, 4)
        >>> suite = ReloadingTestLoader().loadTestsFromName("Sums", SimpleNamespace(Sums=Sums))
        >>> suite.countTestCases()
        1
    """

    def loadTestsFromName(self, name: str, module: ModuleType | None = None) -> unittest.TestSuite:
        """Return the tests that a dotted name stands for.

        Args:
            name: A module, a class of tests, a test in it, or what returns a test or a suite.
            module: Where the name is looked up; by default it begins with a module's own.
        """
        if module is None:
            _import_anew(name)
        return super().loadTestsFromName(name, module)


def _import_anew(name: str) -> None:
    """Import the longest part of a name that is a module, again if that was done before."""
    while name:
        if name in sys.modules:
            importlib.reload(sys.modules[name])
            return
        name = name.rpartition(".")[0]
