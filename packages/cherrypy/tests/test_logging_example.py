"""The documentation's program that hands the logs of a site to `logging.config`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import logging
import logging.config
from wsgiref.util import setup_testing_defaults

import cherrypy

logger = logging.getLogger()
db_logger = logging.getLogger("db")

LOG_CONF = {
    "version": 1,
    "formatters": {
        "void": {"format": ""},
        "standard": {"format": "%(asctime)s [%(levelname)s] %(name)s: %(message)s"},
    },
    "handlers": {
        "default": {
            "level": "INFO",
            "class": "logging.StreamHandler",
            "formatter": "standard",
            "stream": "ext://sys.stdout",
        },
        "cherrypy_console": {
            "level": "INFO",
            "class": "logging.StreamHandler",
            "formatter": "void",
            "stream": "ext://sys.stdout",
        },
        "cherrypy_access": {
            "level": "INFO",
            "class": "logging.handlers.RotatingFileHandler",
            "formatter": "void",
            "filename": "access.log",
            "maxBytes": 10485760,
            "backupCount": 20,
            "encoding": "utf8",
        },
        "cherrypy_error": {
            "level": "INFO",
            "class": "logging.handlers.RotatingFileHandler",
            "formatter": "void",
            "filename": "errors.log",
            "maxBytes": 10485760,
            "backupCount": 20,
            "encoding": "utf8",
        },
    },
    "loggers": {
        "": {"handlers": ["default"], "level": "INFO"},
        "db": {"handlers": ["default"], "level": "INFO", "propagate": False},
        "cherrypy.access": {
            "handlers": ["cherrypy_access"], "level": "INFO", "propagate": False,
        },
        "cherrypy.error": {
            "handlers": ["cherrypy_console", "cherrypy_error"], "level": "INFO", "propagate": False,
        },
    },
}


class Root(object):
    @cherrypy.expose
    def index(self):
        logger.info("boom")
        db_logger.info("bam")
        cherrypy.log("bang")
        return "hello world"


cherrypy.config.update({"log.screen": False, "log.access_file": "", "log.error_file": ""})
cherrypy.engine.unsubscribe("graceful", cherrypy.log.reopen_files)
logging.config.dictConfig(LOG_CONF)

# In place of quickstart, which would serve for ever:
cherrypy.server.unsubscribe()
cherrypy.engine.autoreload.unsubscribe()
cherrypy.checker.on = False
cherrypy.tree.mount(Root())
cherrypy.engine.start()
environ = {"SCRIPT_NAME": "", "PATH_INFO": "/"}
setup_testing_defaults(environ)
answer = cherrypy.tree(environ, lambda *_: None)
assert b"".join(answer) == b"hello world"
answer.close()
cherrypy.engine.graceful()
cherrypy.engine.exit()
"""


def test_logs_can_be_handed_to_the_configuration_of_logging(tmp_path: Path) -> None:
    run = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    said = done.stdout.splitlines()
    (boom,) = (line for line in said if "boom" in line)
    (bam,) = (line for line in said if "bam" in line)
    assert boom.endswith(" [INFO] root: boom")
    assert bam.endswith(" [INFO] db: bam")
    errors = (tmp_path / "errors.log").read_text().splitlines()
    assert [line for line in said if line not in {boom, bam}] == errors
    assert [line.partition("] ")[2] for line in errors if "ENGINE" not in line] == [" bang"]
    assert "ENGINE Bus STARTED" in "\n".join(errors)
    (access,) = (tmp_path / "access.log").read_text().splitlines()
    assert access.endswith('"GET / HTTP/1.0" 200 11 "" ""')
