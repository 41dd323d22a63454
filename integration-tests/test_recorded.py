"""An application that was written for published CherryPy answers here as it did there.

The answers of CherryPy 18.10 are in ``recorded/recording.json``; `recorded/record.py` wrote them.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

RECORDED = Path(__file__).with_name("recorded")
sys.path.insert(0, str(RECORDED))
record: Any = import_module("record")

#: Header fields that name the product and the time.
OF_THE_SERVER = {"Server", "Date"}

#: What the compatibility page says is otherwise: fields by status or request.
DIFFERENT: dict[object, set[str]] = {
    204: {"Content-Type"},
    304: {"Last-Modified"},
    "GET /accepted": {"Vary"},
}

#: Of error pages: ours have other texts, and depend on `Accept`.
OF_ERROR_PAGES = {"Content-Length", "Content-Type", "Vary"}


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """Return of an answer what has to be the same."""
    hidden = OF_THE_SERVER | DIFFERENT.get(answer["status"], set())
    hidden |= DIFFERENT.get(answer["request"].partition(" {")[0], set())
    if answer["status"] >= 400:
        hidden |= OF_ERROR_PAGES
    if any(name == "Content-Encoding" for name, _ in answer["headers"]):
        hidden |= {"Content-Length"}  # each compressor has its own; the body is compared unpacked
    fields = [[name, unquoted(value)] for name, value in answer["headers"] if name not in hidden]
    return {**answer, "headers": fields}


def unquoted(value: str) -> str:
    """Return a challenge without the quotes that RFC 7616 asks for or forbids."""
    return value.replace('"', "") if value.startswith("Digest ") else value


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    with record.running(sys.executable) as port:
        found: list[dict[str, Any]] = record.ask_all(port)
        return found


def test_every_request_is_answered_as_it_was(answers: list[dict[str, Any]]) -> None:
    recording = json.loads((RECORDED / "recording.json").read_text(encoding="utf-8"))
    assert len(recording) == len(answers) == len(record.REQUESTS)
    different = [
        (essence(before), essence(now))
        for before, now in zip(recording, answers, strict=True)
        if essence(before) != essence(now)
    ]
    assert different == []


def test_the_recording_has_all_kinds_of_answers(answers: list[dict[str, Any]]) -> None:
    codes = {answer["status"] for answer in answers}
    assert codes >= {200, 201, 204, 206, 301, 303, 304, 400, 401, 403, 404, 405, 406, 410, 412}
    assert codes >= {415, 416, 500}
