"""Logs as JSON, files that another program rotates, and loggers that `dictConfig` sets up."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import JSONFormatter, LogManager

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Site:
    @expose
    def index(self) -> bytes:
        serving.request.app.log('said "é"', "APP")
        return str(serving.request.unique_id).encode()

    @expose
    def fail(self) -> None:
        try:
            raise RuntimeError("broken")  # noqa: TRY301 - the traceback is the subject
        except RuntimeError:
            serving.request.app.log(traceback=True)


def members(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def test_both_logs_are_json_with_the_identifier_of_the_request(
    call: Any, mount: Any, tmp_path: Path
) -> None:
    access, error = tmp_path / "access", tmp_path / "error"
    config = {"log.access_file": str(access), "log.format": "json", "log.error_file": str(error)}
    app = mount(Site(), {"/": config})
    answer = call(app, headers={"User-Agent": 'x"\n'}, checks=False)
    call(app, "/fail")
    app.log.access_file = app.log.error_file = ""
    said, failed = members(error)
    assert (said["message"], said["context"], said["level"]) == ('said "é"', "APP", "INFO")
    assert said["request_id"] == answer.text
    assert datetime.fromisoformat(said["time"]).tzinfo is UTC
    assert failed["traceback"].endswith("RuntimeError: broken")
    first, _ = members(access)
    assert first["request_id"] == answer.text
    assert first["request"] == "GET / HTTP/1.1"
    assert (first["status"], first["length"], first["remote"]) == (200, 36, "192.0.2.1")
    assert first["user_agent"] == 'x"\n'


def test_format_can_be_changed_back(tmp_path: Path) -> None:
    log = LogManager("format", "json test")
    log.error_file = tmp_path / "error"
    log.format = "json"
    assert log.format == "json"
    log.format = "text"
    log("plain")
    log.error_file = ""
    assert (tmp_path / "error").read_text(encoding="utf-8").endswith("]  plain\n")


def test_unknown_format_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"log.format = 'xml' .* 'text' or 'json'"):
        LogManager("unknown", "json test").format = "xml"


def test_record_of_any_logger_has_what_it_was_given() -> None:
    record = logging.makeLogRecord({"msg": "%s!", "args": ("a",), "name": "x", "answer": 42})
    record.stack_info = "Stack"
    found = json.loads(JSONFormatter().format(record))
    assert (found["message"], found["answer"], found["stack"]) == ("a!", 42, "Stack")
    assert "request_id" not in found


def test_error_that_no_handler_takes_is_not_formatted() -> None:
    class Unprintable:
        def __format__(self, spec: str) -> str:
            raise AssertionError

    log = LogManager("untaken", "json test")
    log.error_log.propagate = False
    log.error_log.handlers[:] = []
    log(Unprintable())  # type: ignore[arg-type]  # it must not be looked at


def test_files_reopened_while_another_thread_logs_lose_nothing(tmp_path: Path) -> None:
    log = LogManager("rotated", "json test")
    log.error_log.propagate = False
    path = tmp_path / "error"
    log.error_file = path
    rounds, written = 20, 0
    stop = threading.Event()

    def write() -> Iterator[int]:
        while not stop.is_set():
            log("line")
            yield 1

    def count() -> None:
        nonlocal written
        written = sum(write())

    thread = threading.Thread(target=count)
    thread.start()
    for number in range(rounds):
        path.rename(tmp_path / f"error.{number}")
        log.reopen_files()
    stop.set()
    thread.join()
    log.error_file = ""
    assert sum(len(each.read_text().splitlines()) for each in tmp_path.iterdir()) == written


DICT_CONFIG = """
import logging, logging.config
from wsgiref.util import setup_testing_defaults
from cherrypy_dispatch import expose
from cherrypy_web import Application, LogManager

log, logger, db_logger = LogManager(), logging.getLogger(), logging.getLogger("db")

def rotating(name):
    return {"level": "INFO", "class": "logging.handlers.RotatingFileHandler", "formatter": "void",
            "filename": name, "maxBytes": 10485760, "backupCount": 20, "encoding": "utf8"}

def stream(formatter):
    return {"level": "INFO", "class": "logging.StreamHandler", "formatter": formatter,
            "stream": "ext://sys.stdout"}

LOG_CONF = {
    "version": 1,
    "formatters": {
        "void": {"format": ""},
        "standard": {"format": "[%(levelname)s] %(name)s: %(message)s"},
    },
    "handlers": {
        "default": stream("standard"),
        "cherrypy_console": stream("void"),
        "cherrypy_access": rotating("access.log"),
        "cherrypy_error": rotating("errors.log"),
    },
    "loggers": {
        "": {"handlers": ["default"], "level": "INFO"},
        "db": {"handlers": ["default"], "level": "INFO", "propagate": False},
        "cherrypy.access": {
            "handlers": ["cherrypy_access"], "level": "INFO", "propagate": False},
        "cherrypy.error": {
            "handlers": ["cherrypy_console", "cherrypy_error"],
            "level": "INFO", "propagate": False},
    },
}

class Root:
    @expose
    def index(self):
        logger.info("boom")
        db_logger.info("bam")
        log("bang")
        return b"hello world"

before = Application(Root())
log.screen, log.access_file, log.error_file = False, "", ""
logging.config.dictConfig(LOG_CONF)
environ = {}
setup_testing_defaults(environ)
for app in (before, Application(Root())):
    app(dict(environ), lambda *_: None).close()
log.reopen_files()
"""


def test_loggers_can_be_set_up_by_dict_config(tmp_path: Path) -> None:
    run = [sys.executable, "-c", DICT_CONFIG]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    assert [line.rpartition("]  ")[2] for line in said] == [
        "[INFO] root: boom",
        "[INFO] db: bam",
        "bang",
    ] * 2
    assert (tmp_path / "errors.log").read_text().splitlines() == [said[2], said[5]]
    access = (tmp_path / "access.log").read_text().splitlines()
    assert [line.rpartition('] "')[2] for line in access] == ['GET / HTTP/1.0" 200 11 "" ""'] * 2
