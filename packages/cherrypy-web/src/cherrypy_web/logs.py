"""The access log and the error log of an application, or of a whole site, on `logging`.

Nothing is formatted unless a handler will take it. The handlers that the properties of `LogManager`
add are marked as its own, so that it never removes one that the program attached itself.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from traceback import print_exc
from typing import TYPE_CHECKING, Final, TextIO, TypeVar
from weakref import finalize

from cherrypy_serving import serving
from cherrypy_web.accesslog import COMBINED, access_members, compile_format, log_time
from cherrypy_web.jsonlog import JSONFormatter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cherrypy_web.request import Request
    from cherrypy_web.response import Response

__all__ = ["LogManager", "WSGIErrorHandler", "logfmt"]


class _LineFormatter(logging.Formatter):
    """The message and nothing else, without the steps that make a line of several parts."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info or record.exc_text or record.stack_info:
            return super().format(record)
        record.message = line = record.getMessage()
        return line


#: Every line is complete when it reaches a handler: nothing is added to it.
logfmt: Final = _LineFormatter("%(message)s")

_FORMATTERS: Final = {"text": logfmt, "json": JSONFormatter()}

_H = TypeVar("_H", bound=logging.Handler)


class WSGIErrorHandler(logging.Handler):
    r"""Write records to ``wsgi.errors`` of the request that is running.

    Examples:
        >>> import logging
        >>> from cherrypy_serving import serving
        >>> from io import StringIO
        >>> from types import SimpleNamespace
        >>> errors = StringIO()
        >>> _ = serving.load(SimpleNamespace(wsgi_environ={"wsgi.errors": errors}), None)
        >>> WSGIErrorHandler().emit(logging.makeLogRecord({"msg": "Two left"}))
        >>> errors.getvalue()
        'Two left\n'
        >>> serving.clear()
    """

    @staticmethod
    def _stream() -> TextIO | None:
        environ = getattr(getattr(serving, "request", None), "wsgi_environ", None) or {}
        stream: TextIO | None = environ.get("wsgi.errors")
        return stream

    def flush(self) -> None:
        """Flush the stream of the running request, if there is one."""
        if (stream := self._stream()) is not None:
            stream.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; without a running request there is nowhere to write it."""
        if (stream := self._stream()) is None:
            return
        try:
            stream.write(f"{self.format(record)}\n")
            stream.flush()
        except Exception:  # noqa: BLE001 - logging's own rule: a handler reports and goes on
            self.handleError(record)


def _is_taken(logger: logging.Logger, level: int) -> bool:
    """Tell whether any handler would take a record of that level."""
    current: logging.Logger | None = logger
    while current is not None:
        for handler in current.handlers:
            if level >= handler.level and not isinstance(handler, logging.NullHandler):
                return logger.isEnabledFor(level)
        current = current.parent if current.propagate else None
    return False


class LogManager:
    """The two loggers of a site or an application, and where they write.

    Args:
        appid: Distinguishes the loggers of one application: ``cherrypy.error.<appid>``, which
            propagate to the site's. ``None`` means the site's own.
        logger_root: The name that the loggers' names begin with.

    Attributes:
        access_log_format: How `access` writes a line; see `cherrypy_web.accesslog.ATOMS`. To
            set one with another atom is a `ValueError`.
        error_log: The logger of everything but requests.
        access_log: The logger of requests.

    Examples:
        >>> import logging
        >>> import sys
        >>> log = LogManager("shop")
        >>> log.error_log.name
        'cherrypy.error.shop'
        >>> log.error_log.addHandler(logging.StreamHandler(sys.stdout))
        >>> log.error("Two left", "STOCK", logging.WARNING)
        [...] STOCK Two left
    """

    appid: object = None
    logger_root: str = "cherrypy"
    error_log: logging.Logger = None  # type: ignore[assignment] # documented; the constructor sets it
    access_log: logging.Logger = None  # type: ignore[assignment] # documented; the constructor sets it
    access_log_format: str = COMBINED
    _format: str = "text"

    def __init__(self, appid: object = None, logger_root: str = "cherrypy") -> None:
        self.logger_root = logger_root
        self.appid = appid
        suffix = "" if appid is None else f".{appid}"
        self.error_log = logging.getLogger(f"{logger_root}.error{suffix}")
        self.access_log = logging.getLogger(f"{logger_root}.access{suffix}")
        self.error_log.setLevel(logging.INFO)
        self.access_log.setLevel(logging.INFO)
        if appid is not None:
            # `logging` never forgets a logger, and another application may get the same id.
            finalize(self, _forget, (self.error_log, self.access_log)).atexit = False
        if not any(isinstance(handler, logging.NullHandler) for handler in self.error_log.handlers):
            self.error_log.addHandler(logging.NullHandler())

    def __repr__(self) -> str:
        return f"LogManager(appid={self.appid!r}, logger_root={self.logger_root!r})"

    def __setattr__(self, name: str, value: object) -> None:
        if name == "access_log_format":
            compile_format(str(value))  # who misspells an atom is to see it, not each request
        super().__setattr__(name, value)

    # What is written.

    def error(
        self,
        msg: str = "",
        context: str = "",
        severity: int = logging.INFO,
        traceback: bool = False,
    ) -> None:
        """Write to the error log.

        Args:
            msg: The message.
            context: A word that says where it comes from, such as ``ENGINE``.
            severity: A level of `logging`.
            traceback: Whether to append the exception that is being handled.
        """
        if _is_taken(self.error_log, severity):
            self.error_log.log(
                severity,
                f"{self.time()} {context} {msg}",
                exc_info=traceback and sys.exception(),
                extra={"context": context, "plain_message": msg},
            )

    def __call__(
        self,
        msg: str = "",
        context: str = "",
        severity: int = logging.INFO,
        traceback: bool = False,
    ) -> None:
        """Write to the error log, as `error` does."""
        self.error(msg, context, severity, traceback)

    def failure(self) -> None:
        """Write the exception that is being handled, as an error, and never raise another one.

        What a log handler raises is printed to the standard error stream instead.
        """
        try:
            self("", severity=logging.ERROR, traceback=True)
        except Exception:  # noqa: BLE001 - a handler may raise anything
            with suppress(Exception):
                print_exc(file=sys.stderr)

    def access(self) -> None:
        """Write one line for the running request to the access log, if anybody reads it."""
        self.write_access(serving.request, serving.response)

    def write_access(self, request: Request, response: Response) -> None:
        """Write one line for a request and its response, if anybody reads it."""
        log: logging.Logger | None = self.access_log
        while log is not None and not log.handlers:  # most sites keep none: `_is_taken`, in short
            log = log.parent if log.propagate else None
        if log is None or not _is_taken(self.access_log, logging.INFO):
            return
        line = compile_format(self.access_log_format)(request, response)
        members = access_members(request, response) if self._format == "json" else None
        # Not info(): which line of this module wrote it tells nobody anything, and takes time.
        log = self.access_log
        log.handle(
            log.makeRecord(log.name, logging.INFO, __name__, 0, line, (), None, extra=members)
        )

    def time(self) -> str:
        """Return the local time as the logs write it, as in ``[24/Feb/2014:21:01:46]``."""
        return log_time()

    # Where it is written.

    def reopen_files(self) -> None:
        """Close and open every log file again, after another program has renamed it.

        Raises:
            OSError: A file cannot be opened; the old one stays in use, and the others are reopened.
        """
        failures = []
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            if isinstance(handler, logging.FileHandler):
                try:
                    _reopen(handler)
                except OSError as error:
                    failures.append(error)
        if failures:
            raise failures[0]

    @property
    def format(self) -> str:
        """How the files, the screen and ``wsgi.errors`` are written: ``"text"`` or ``"json"``.

        Handlers that the program attached itself keep their own formatters.
        """
        return self._format

    @format.setter  # noqa: A003 - named after its config key
    def format(self, name: str) -> None:
        if name not in _FORMATTERS:
            raise ValueError(f"log.format = {name!r} is not known: it has to be 'text' or 'json'")
        self._format = name
        for logger in (self.error_log, self.access_log):
            for handler in logger.handlers:
                if hasattr(handler, "_own"):
                    handler.setFormatter(_FORMATTERS[name])

    @property
    def screen(self) -> bool:
        """Whether errors go to the standard error stream and requests to standard output."""
        return any(self._own(log, "screen") for log in (self.error_log, self.access_log))

    @screen.setter
    def screen(self, on: bool) -> None:
        self._replace(self.error_log, "screen", logging.StreamHandler(sys.stderr) if on else None)
        self._replace(self.access_log, "screen", logging.StreamHandler(sys.stdout) if on else None)

    @property
    def error_file(self) -> str:
        """The file of the error log, an absolute path; ``""`` means none."""
        return self._file(self.error_log)

    @error_file.setter
    def error_file(self, path: str | Path | None) -> None:
        self._replace(self.error_log, "file", _file_handler(path))

    @property
    def access_file(self) -> str:
        """The file of the access log, an absolute path; ``""`` means none."""
        return self._file(self.access_log)

    @access_file.setter
    def access_file(self, path: str | Path | None) -> None:
        self._replace(self.access_log, "file", _file_handler(path))

    @property
    def wsgi(self) -> bool:
        """Whether errors go to ``wsgi.errors`` of the running request."""
        return bool(self._own(self.error_log, "wsgi"))

    @wsgi.setter
    def wsgi(self, on: bool) -> None:
        self._replace(self.error_log, "wsgi", WSGIErrorHandler() if on else None)

    @staticmethod
    def _own(logger: logging.Logger, kind: str) -> list[logging.Handler]:
        return [handler for handler in logger.handlers if getattr(handler, "_own", None) == kind]

    def _replace(self, logger: logging.Logger, kind: str, handler: logging.Handler | None) -> None:
        before = self._own(logger, kind)
        if handler is not None:  # first, so that no line of another thread is lost
            handler.setFormatter(_FORMATTERS[self._format])
            logger.addHandler(_marked(handler, kind))
        for old in before:
            logger.removeHandler(old)
            old.close()

    def _file(self, logger: logging.Logger) -> str:
        return next((path for path in _paths(self._own(logger, "file"))), "")


def _marked(handler: _H, kind: str) -> _H:
    handler._own = kind  # type: ignore[attr-defined]  # noqa: SLF001 - the mark is ours
    return handler


def _forget(loggers: Iterable[logging.Logger]) -> None:
    for logger in loggers:
        logger.propagate, logger.disabled = True, False
        for handler in [each for each in logger.handlers if hasattr(each, "_own")]:
            logger.removeHandler(handler)
            handler.close()


def _paths(handlers: list[logging.Handler]) -> Iterator[str]:
    return (each.baseFilename for each in handlers if isinstance(each, logging.FileHandler))


class _LogFile(logging.FileHandler):
    """A file that is opened for one more line where a thread was about to write as it closed."""

    is_over = False

    def close(self) -> None:
        self.is_over = True
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if self.is_over:
            super().close()


def _file_handler(path: str | Path | None) -> logging.FileHandler | None:
    return _LogFile(path, encoding="utf-8") if path else None


def _reopen(handler: logging.FileHandler) -> None:
    handler.acquire()
    try:
        old, handler.stream = handler.stream, handler._open()  # noqa: SLF001 - logging offers no other way
        if old is not None:
            old.close()
    finally:
        handler.release()
