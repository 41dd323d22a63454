"""What type-checks, and what must not. mypy reads this; nobody runs it."""

from collections.abc import Callable
from typing import Any, assert_type

from cherrypy_bus import (
    Autoreloader,
    Bus,
    ChannelFailures,
    Daemonizer,
    DropPrivileges,
    Monitor,
    PIDFile,
    SignalHandler,
    SimplePlugin,
    State,
    ThreadManager,
)

bus = Bus()


def save(name: str, *, size: int = 0) -> int:
    return len(name) + size


# Subscribing, as a call and as a decorator

assert_type(bus.subscribe("save", save, 60), None)
bus.subscribe("save", save, priority=49.5)
bus.subscribe("save", "not callable")  # type: ignore[call-overload]
bus.subscribe(5, save)  # type: ignore[call-overload]
bus.subscribe("save", save, priority="early")  # type: ignore[call-overload]


@bus.subscribe("save", priority=60)
def decorated(name: str) -> int:
    return len(name)


assert_type(decorated("x"), int)  # the decorator keeps the type
decorated(5)  # type: ignore[arg-type]

later: Callable[[Callable[[], int]], Callable[[], int]] = bus.subscribe("save")
bus.unsubscribe("save", save)
bus.unsubscribe("save", "save")  # type: ignore[arg-type]

# Publishing

assert_type(bus.publish("save", "x", size=2), list[Any])
bus.publish()  # type: ignore[call-arg]
bus.log("hello", level=30, traceback=True)
bus.log("hello", level="warning")  # type: ignore[arg-type]

try:
    bus.publish("save")
except ChannelFailures as failures:
    assert_type(failures.get_instances(), list[BaseException])
    assert_type(failures.channel, str | None)

# States

assert_type(bus.state, State)
bus.wait(bus.states.STARTED)
bus.wait([State.STARTED, State.EXITING], interval=1, channel="main")
bus.wait("STARTED")  # type: ignore[arg-type]
bus.state = "STARTED"  # type: ignore[assignment]
bus.start_with_callback(save, ("x",), {"size": 2}).join()

# Plugins


class Database(SimplePlugin):
    def start(self) -> None:
        assert_type(self.bus, Bus)
        self.bus.log("Opening the database")


Database(bus).subscribe()
Database()  # type: ignore[call-arg]

monitor = Monitor(bus, lambda: None, frequency=0.5, name="Poll")
monitor.frequency = 1.5
Monitor(bus, save)  # type: ignore[arg-type]
Monitor(bus, print, frequency="often")  # type: ignore[arg-type]

reloader = Autoreloader(bus, match="^(?!cherrypy)")
reloader.files.add("app.conf")
reloader.files.add(5)  # type: ignore[arg-type]

privileges = DropPrivileges(bus, umask=0o022, uid="www", gid=33)
privileges.umask = 0o077
privileges.umask = "077"  # type: ignore[assignment]
assert_type(privileges.umask, int | None)

PIDFile(bus, "/run/app.pid").subscribe()
PIDFile(bus)  # type: ignore[call-arg]
Daemonizer(bus, stdout="/var/log/app.log").subscribe()
assert_type(ThreadManager(bus).threads, dict[int, int])

signals = SignalHandler(bus)
signals.handlers["SIGUSR2"] = bus.graceful
signals.set_handler("SIGUSR2", lambda: bus.log("hello"))
signals.set_handler(2.5)  # type: ignore[arg-type]
