"""The logs: what is written, where, and what a client cannot do to them."""

from __future__ import annotations

import gc
import io
import logging
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import Host
from cherrypy_serving import serving
from cherrypy_web import Application, LogManager

if TYPE_CHECKING:
    from pathlib import Path


class Site:
    @expose
    def index(self, **_: Any) -> Any:
        return b"Hello"

    @expose
    def say(self) -> Any:
        serving.request.app.log("said", "APP", logging.WARNING)
        return b""


def lines(path: Any) -> Any:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def files(tmp_path: Path) -> Any:
    access, error = tmp_path / "access.log", tmp_path / "error.log"
    return access, error, {"/": {"log.access_file": str(access), "log.error_file": str(error)}}


def close(app: Application) -> None:
    app.log.access_file = app.log.error_file = ""


def test_access_log_is_in_the_combined_format(call: Any, mount: Any, files: Any) -> None:
    access, _, config = files
    app = mount(Site(), config)
    call(app, "/?a=1", headers={"Referer": "http://r", "User-Agent": "Test/1"})
    close(app)
    (line,) = lines(access)
    host, rest = line.split(" - - [", 1)
    assert host == "192.0.2.1"
    assert rest.partition("] ")[2] == '"GET /?a=1 HTTP/1.1" 200 5 "http://r" "Test/1"'


def test_access_log_has_a_hyphen_for_no_bytes(call: Any, mount: Any, files: Any) -> None:
    access, _, config = files
    app = mount(Site(), config)
    app.log.access_log_format = "{s} {b}"
    call(app, "/say")
    close(app)
    assert lines(access) == ["200 -"]


def test_hostile_values_cannot_leave_their_field(call: Any, mount: Any, files: Any) -> None:
    access, _, config = files
    app = mount(Site(), config)
    call(app, headers={"User-Agent": 'a" 200\\\t\x1b[31m'})
    close(app)
    (line,) = lines(access)
    assert line.endswith(r'"a\" 200\\\t\x1b[31m"')


@pytest.mark.parametrize(("sent", "logged"), [("\xc3\xa9", r"\xc3\xa9"), ("\xe9", r"\xe9")])
def test_bytes_of_a_header_field_are_logged_as_they_came(
    call: Any, mount: Any, files: Any, sent: str, logged: str
) -> None:
    access, _, config = files
    app = mount(Site(), config)
    call(app, headers={"User-Agent": sent, "Referer": sent})
    close(app)
    (line,) = lines(access)
    assert line.endswith(f'"{logged}" "{logged}"')


HOSTILE = 'a\n127.0.0.1 - - \r\t"\\\0\x1b[2J\x7f\x85é\u2028'


@pytest.mark.parametrize("atom", ["h", "u", "r", "f", "a", "o"])
def test_no_atom_begins_a_line_or_ends_a_quoted_field(mount: Any, files: Any, atom: str) -> None:
    access, _, config = files
    app = mount(Site(), config)
    local, remote = Host("::1", 80), Host("::1", 4711, HOSTILE)
    request, response = app.get_serving(local, remote, "http", "HTTP/1.1")
    request.login = request.request_line = HOSTILE
    request.headers = dict.fromkeys(("Referer", "User-Agent", "Host"), HOSTILE)
    app.log.access_log_format = f'"{{{atom}}}"'
    app.log.write_access(request, response)
    app.release_serving()
    close(app)
    (line,) = access.read_bytes().split(b"\n")[:-1]
    assert re.fullmatch(rb'"(?:[ !#-\[\]-~]|\\[nrt"\\]|\\x[0-9a-f]{2})*"', line)
    assert rb"a\n127.0.0.1 - - \r\t\"\\\x00\x1b[2J\x7f\xc2\x85\xc3\xa9\xe2\x80\xa8" in line


def test_lines_of_an_application_reach_the_log_of_the_site_unless_told_not_to(
    call: Any, tmp_path: Path
) -> None:
    class Own(Application):
        logger_root = "test-propagation"

    whole = LogManager(logger_root="test-propagation")
    whole.access_file, whole.error_file = tmp_path / "access", tmp_path / "error"
    app = Own(Site())
    call(app, "/say")
    app.log.error_log.propagate = app.log.access_log.propagate = False
    call(app, "/say")
    whole.access_file = whole.error_file = ""
    assert len(lines(tmp_path / "access")) == len(lines(tmp_path / "error")) == 1


def test_screen_is_standard_error_for_errors_and_standard_output_for_requests(
    call: Any, mount: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    app = mount(Site())
    app.log.error_log.propagate = app.log.access_log.propagate = False
    app.log.screen = True
    call(app, "/say")
    app.log.screen = False
    call(app, "/say")
    seen = capsys.readouterr()
    assert seen.err.count("APP said\n") == 1
    assert seen.out.count('"GET /say HTTP/1.1" 200 - "" ""\n') == 1


@pytest.mark.parametrize("key", ["access_file", "error_file"])
def test_file_that_cannot_be_opened_is_an_error_and_the_old_one_stays(
    mount: Any, files: Any, tmp_path: Path, key: str
) -> None:
    _, _, config = files
    app = mount(Site(), config)
    before = getattr(app.log, key)
    with pytest.raises(FileNotFoundError, match="missing"):
        setattr(app.log, key, tmp_path / "missing" / "log")
    assert getattr(app.log, key) == before
    close(app)


def test_severity_is_that_of_the_record(mount: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = mount(Site())
    app.log("quiet", severity=logging.DEBUG)
    app.log.error_log.setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        app.log("loud", severity=logging.DEBUG)
    levels = {record.getMessage()[-5:]: record.levelname for record in caplog.records}
    assert levels == {" loud": "DEBUG"}


def test_percent_signs_are_text(mount: Any, files: Any) -> None:
    _, error, config = files
    app = mount(Site(), config)
    app.log("100% %s {}")
    close(app)
    (line,) = lines(error)
    assert line.endswith("100% %s {}")


def test_error_log_carries_time_context_and_message(call: Any, mount: Any, files: Any) -> None:
    _, error, config = files
    app = mount(Site(), config)
    call(app, "/say")
    close(app)
    (line,) = lines(error)
    assert line.endswith("] APP said")
    assert line.startswith("[")


def test_traceback_is_appended_on_request(files: Any, mount: Any) -> None:
    _, error, config = files
    app = mount(Site(), config)
    try:
        raise RuntimeError("trouble")  # noqa: TRY301 - the traceback is the subject
    except RuntimeError:
        app.log("kaboom!", traceback=True)
    close(app)
    text = error.read_text(encoding="utf-8")
    assert "kaboom!\nTraceback" in text
    assert text.endswith("RuntimeError: trouble\n")


def test_traceback_of_no_exception_is_none(files: Any, mount: Any) -> None:
    _, error, config = files
    app = mount(Site(), config)
    app.log("fine", traceback=True)
    close(app)
    (line,) = lines(error)
    assert line.endswith("fine")


@pytest.mark.parametrize(
    ("template", "line"),
    [("{s} {b} {o}", "200 5 example.com"), ("%(s)s %(b)s %(o)s", "200 5 example.com")],
)
def test_format_can_be_chosen_in_both_styles(
    call: Any,
    mount: Any,
    files: Any,
    template: Any,
    line: Any,
) -> None:
    access, _, config = files
    app = mount(Site(), config)
    app.log.access_log_format = template
    call(app)
    close(app)
    assert lines(access) == [line]


def test_unknown_atom_is_refused_when_it_is_set(mount: Any) -> None:
    app = mount(Site())
    usual = app.log.access_log_format
    with pytest.raises(ValueError, match=r"'\{nope\}' names nope; the atoms are h, l"):
        app.log.access_log_format = "{nope}"
    assert app.log.access_log_format == usual


def test_unknown_atom_is_an_error_that_names_it_and_the_answer_is_sent(
    call: Any, mount: Any, files: Any
) -> None:
    _, error, config = files
    app = mount(Site(), config)
    vars(app.log)["access_log_format"] = "{nope}"  # as one that a subclass has
    assert call(app).body == b"Hello"
    close(app)
    assert "names nope" in error.read_text(encoding="utf-8")


def test_nothing_is_formatted_that_no_handler_takes(
    call: Any, mount: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = mount(Site())
    monkeypatch.setattr(app.log.access_log, "propagate", False)
    monkeypatch.setattr("cherrypy_web.logs.compile_format", None)
    assert call(app).body == b"Hello"


def test_identifier_and_utc_time_are_atoms(call: Any, mount: Any, files: Any) -> None:
    access, _, config = files
    app = mount(Site(), config)
    app.log.access_log_format = "{i} {z}"
    call(app)
    close(app)
    identifier, stamp = lines(access)[0].split()
    assert len(identifier) == 36
    assert stamp.endswith("Z")


def test_reopened_files_lose_nothing(call: Any, mount: Any, files: Any) -> None:
    access, _, config = files
    app = mount(Site(), config)
    call(app)
    access.rename(access.with_suffix(".1"))
    call(app)
    app.log.reopen_files()
    call(app)
    close(app)
    assert len(lines(access.with_suffix(".1"))) == 2
    assert len(lines(access)) == 1


def test_file_that_cannot_be_reopened_keeps_the_others_from_nothing(
    call: Any, mount: Any, tmp_path: Path
) -> None:
    error, access = tmp_path / "gone" / "error", tmp_path / "access"
    error.parent.mkdir()
    config = {"log.error_file": str(error), "log.access_file": str(access)}
    app = mount(Site(), {"/": config})
    error.parent.rename(tmp_path / "kept")
    access.rename(tmp_path / "access.1")
    with pytest.raises(FileNotFoundError, match="gone"):
        app.log.reopen_files()
    call(app, "/say")
    close(app)
    assert len(lines(tmp_path / "kept" / "error")) == 1
    assert len(lines(access)) == 1


def test_file_that_is_exchanged_while_another_thread_logs_loses_nothing(tmp_path: Path) -> None:
    log = LogManager("exchanged")
    log.error_log.propagate = False
    log.error_file = tmp_path / "0"
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not stop.is_set():
            written.append(f"line {len(written)}")
            log(written[-1])

    thread = threading.Thread(target=write)
    thread.start()
    for number in range(1, 50):
        log.error_file = tmp_path / str(number)
    stop.set()
    thread.join()
    log.error_file = ""
    found = {line.partition("]  ")[2] for path in tmp_path.iterdir() for line in lines(path)}
    assert found == set(written)


def test_file_is_closed_after_the_line_of_a_thread_that_was_late(tmp_path: Path) -> None:
    log = LogManager("late")
    log.error_log.propagate = False
    log.error_file = tmp_path / "log"
    (handler,) = (one for one in log.error_log.handlers if isinstance(one, logging.FileHandler))
    log.error_file = ""
    handler.handle(log.error_log.makeRecord("late", logging.INFO, "", 0, "the line", (), None))
    assert handler.stream is None
    assert lines(tmp_path / "log") == ["the line"]


def test_screen_can_be_turned_on_and_off() -> None:
    log = LogManager("screen test")
    before = len(log.error_log.handlers)
    log.screen = True
    assert log.screen is True
    assert len(log.error_log.handlers) == before + 1
    log.screen = False
    assert log.screen is False
    assert len(log.error_log.handlers) == before


def test_handlers_of_the_program_are_left_alone() -> None:
    log = LogManager("foreign handlers")
    own = logging.StreamHandler(io.StringIO())
    log.error_log.addHandler(own)
    log.screen = True
    log.screen = False
    assert own in log.error_log.handlers


def test_errors_go_to_the_server_of_the_request(call: Any, mount: Any) -> None:
    errors = io.StringIO()
    app = mount(Site())
    app.log.wsgi = True
    call(app, "/say", extra={"wsgi.errors": errors})
    app.log.wsgi = False
    assert errors.getvalue().endswith("APP said\n")


def test_files_are_told_by_their_absolute_path(mount: Any, files: Any) -> None:
    access, error, config = files
    app = mount(Site(), config)
    assert (app.log.access_file, app.log.error_file) == (str(access), str(error))
    close(app)
    assert (app.log.access_file, app.log.error_file) == ("", "")


def test_application_that_is_gone_leaves_its_id_without_handlers(tmp_path: Path) -> None:
    log = LogManager("reused id")
    log.error_file = tmp_path / "error"
    (handler,) = (each for each in log.error_log.handlers if isinstance(each, logging.FileHandler))
    log.error_log.propagate = False
    del log
    gc.collect()
    assert handler.stream is None
    again = LogManager("reused id")
    assert again.error_file == ""
    assert again.error_log.propagate
