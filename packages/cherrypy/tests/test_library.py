"""The documented modules below `cherrypy.process` and `cherrypy.lib`: one thing that each does."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy

if TYPE_CHECKING:
    from pathlib import Path

# The process.


def test_bus_of_the_process_is_the_engine() -> None:
    from cherrypy.process import bus, wspbus

    assert bus is wspbus.bus is cherrypy.engine
    assert isinstance(bus, wspbus.Bus)
    assert wspbus.max_files == wspbus.Bus.max_cloexec_files > 0


def test_plugin_of_a_program_follows_a_bus() -> None:
    from cherrypy.process.plugins import SimplePlugin
    from cherrypy.process.wspbus import Bus, ChannelFailures, states

    class Plugin(SimplePlugin):
        def start(self) -> None:
            raise RuntimeError("not today")

    bus = Bus()
    Plugin(bus).subscribe()
    with pytest.raises(ChannelFailures, match="not today"):
        bus.start()
    assert bus.state is states.EXITING


def test_foreign_server_is_controlled_by_the_bus() -> None:
    from cherrypy.process import servers, wspbus

    class Foreign:
        ready = False
        stopped = False

        def start(self) -> None:
            self.ready = True

        def stop(self) -> None:
            self.stopped = True

    bus, server = wspbus.Bus(), Foreign()
    servers.ServerAdapter(bus, server, ("127.0.0.1", 4000)).subscribe()
    bus.start()
    bus.exit()
    assert (server.ready, server.stopped) == (True, True)


def test_windows_bus_is_there_for_those_who_have_one() -> None:
    from cherrypy.process import plugins, win32, wspbus

    assert issubclass(win32.Win32Bus, wspbus.Bus)
    assert issubclass(win32.ConsoleCtrlHandler, plugins.SimplePlugin)
    assert win32.control_codes.key_for(138) == "graceful"


# The library.


def test_file_is_read_in_chunks() -> None:
    lib = cherrypy.lib
    assert list(lib.file_generator(io.BytesIO(b"abcde"), chunkSize=2)) == [b"ab", b"cd", b"e"]
    assert b"".join(lib.file_generator_limited(io.BytesIO(b"abcde"), 3)) == b"abc"
    assert lib.is_iterator(lib.file_generator(io.BytesIO()))
    assert lib.is_closable_iterator(lib.file_generator(io.BytesIO()))


def test_field_vary_is_added_to() -> None:
    response: Any = cherrypy._cprequest.Response()
    cherrypy.lib.set_vary_header(response, "Accept")
    cherrypy.lib.set_vary_header(response, "Cookie")
    assert response.headers["Vary"] == "Accept, Cookie"


def test_http_text_is_read() -> None:
    from cherrypy.lib import headers, httputil

    assert httputil.valid_status(404)[:2] == (404, "Not Found")
    assert httputil.get_ranges("bytes=0-1", 5) == [(0, 2)]
    assert headers.parse_header('text/html; Charset="utf-8"') == ("text/html", {"charset": "utf-8"})


def test_config_of_any_program_is_read() -> None:
    from cherrypy.lib import reprconf

    told: list[tuple[str, int]] = []
    config = reprconf.Config()
    config.namespaces = reprconf.NamespaceSet(mine=lambda key, value: told.append((key, value)))
    config.update(io.StringIO("[global]\nmine.size: 2 * 4\n"))
    assert told == [("size", 8)]
    assert reprconf.unrepr("[1, None]") == [1, None]
    assert reprconf.modules("os.path") is reprconf.attributes("os.path")


def test_lock_that_takes_too_long_is_given_up() -> None:
    from cherrypy.lib import locking

    checker = locking.LockChecker("abc", timedelta(seconds=-1))
    with pytest.raises(locking.LockTimeout, match="abc"):
        checker.expired()


def test_locked_file_is_refused_until_released(tmp_path: Path) -> None:
    from cherrypy.lib import lockfile

    lock = lockfile.LockFile(str(tmp_path / "lock"))
    with pytest.raises(lockfile.LockError):
        lockfile.LockFile(str(tmp_path / "lock"))
    lock.release()
    lockfile.LockFile(str(tmp_path / "lock")).release()


def test_statistics_are_shown_and_counted() -> None:
    from cherrypy.lib import cpstats

    wrapped = cpstats.ByteCountWrapper(io.BytesIO(b"abc\nde"))
    wrapped.readline()
    assert wrapped.bytes_read == 4
    assert cpstats.iso_format(0) == "1970-01-01 00:00:00"
    assert cpstats.average_uriset_time({"Count": 2, "Sum": 3.0}) == 1.5
