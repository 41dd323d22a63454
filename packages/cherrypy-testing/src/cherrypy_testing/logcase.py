"""A mixin of test cases that look into log files.

Markers divide a file into regions: a test writes one, does something, and looks at what stands
between it and the next.
"""
# ruff: noqa: N802, N815 - documented names

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Text: TypeAlias = str | bytes

UUID4: Final = re.compile(
    rb"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", re.IGNORECASE
)


class LogCase:
    r"""What a `unittest.TestCase` needs to look into a log file.

    Attributes:
        logfile: The path of the file.
        lastmarker: The marker that was written last.
        markerPrefix: What the line of a marker begins with.
        interactive: Whether to ask at a terminal about failures; they are always raised here.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> case = LogCase()
        >>> with TemporaryDirectory() as directory:
        ...     case.logfile = Path(directory, "site.log")
        ...     case.markLog("stock")
        ...     with case.logfile.open("a") as log:
        ...         _ = log.write("Two left\n")
        ...     case.assertLog(0, "Two left")
        ...     case.assertNotInLog("Three left")
    """

    logfile: str | Path | None = None
    lastmarker: Text | None = None
    markerPrefix: bytes = b"test suite marker: "
    interactive: bool = False

    def emptyLog(self) -> None:
        """Empty the file."""
        self._path().write_bytes(b"")

    def markLog(self, key: Text | None = None) -> None:
        """Write a marker, from which the following assertions look on.

        Args:
            key: What distinguishes it; by default the time.
        """
        self.lastmarker = str(time.time_ns()) if key is None else key
        with self._path().open("ab") as log:
            log.write(self.markerPrefix + _bytes(self.lastmarker) + b"\n")

    def assertInLog(self, line: Text, marker: Text | None = None) -> None:
        """Fail if no line of a region of the file has this in it.

        Args:
            line: A line, or part of it.
            marker: Where the region begins, which ends with the next marker; by default the last
                one; without any, the region is the whole file.
        """
        region = self._read_marked_region(marker)
        if not any(_bytes(line) in each for each in region):
            self._fail(f"{line!r} is not in the log", region, marker)

    def assertNotInLog(self, line: Text, marker: Text | None = None) -> None:
        """Fail if a line of a region of the file has this in it; see `assertInLog`."""
        region = self._read_marked_region(marker)
        if any(_bytes(line) in each for each in region):
            self._fail(f"{line!r} is in the log", region, marker)

    def assertLog(
        self,
        sliceargs: int | Sequence[int | None],
        lines: Text | Iterable[Text],
        marker: Text | None = None,
    ) -> None:
        """Fail if the lines at certain places of a region of the file do not have these in them.

        Args:
            sliceargs: The place of one line, or the two ends of a slice; the first line after the
                marker is number 0.
            lines: What has to be in the line, or in each of the lines.
            marker: Where the region begins; see `assertInLog`.
        """
        region = self._read_marked_region(marker)
        wanted = [lines] if isinstance(lines, str | bytes) else list(lines)
        found = self._chosen(region, sliceargs)
        if len(found) != len(wanted) or not all(
            _bytes(part) in each for part, each in zip(wanted, found, strict=True)
        ):
            self._fail(f"{wanted!r} is not what stands at {sliceargs!r}", region, marker)

    def assertValidUUIDv4(self, marker: Text | None = None) -> None:
        """Fail if no line of a region of the file has a version 4 UUID (RFC 9562) in it."""
        region = self._read_marked_region(marker)
        if not any(UUID4.search(each) for each in region):
            self._fail("There is no version 4 UUID in the log", region, marker)

    def exit(self) -> NoReturn:
        """End the test run."""
        sys.exit()

    def _path(self) -> Path:
        if self.logfile is None:
            raise ValueError(f"set {type(self).__name__}.logfile to the path of the log")
        return Path(self.logfile)

    def _read_marked_region(self, marker: Text | None = None) -> list[bytes]:
        """Return the lines from a marker on, up to the next one."""
        lines = self._path().read_bytes().splitlines(keepends=True)
        marker = self.lastmarker if marker is None else marker
        if marker is None:
            return lines
        wanted = self.markerPrefix + _bytes(marker)
        begin = next((at for at, line in enumerate(lines) if line.rstrip() == wanted), None)
        if begin is None:
            return []
        rest = lines[begin + 1 :]
        end = next((at for at, each in enumerate(rest) if each.startswith(self.markerPrefix)), None)
        return rest[:end]

    @staticmethod
    def _chosen(region: list[bytes], sliceargs: int | Sequence[int | None]) -> list[bytes]:
        if isinstance(sliceargs, int):
            at = range(len(region))
            return [region[sliceargs]] if -len(at) <= sliceargs < len(at) else []
        return region[slice(*sliceargs)]

    def _fail(self, message: str, region: list[bytes], marker: Text | None) -> NoReturn:
        kind: type[Exception] = getattr(self, "failureException", AssertionError)
        where = self.lastmarker if marker is None else marker
        text = b"".join(region).decode("utf-8", "backslashreplace")
        raise kind(f"{message} {self.logfile} after the marker {where!r}:\n{text}")


def _bytes(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text
