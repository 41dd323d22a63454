"""The bus on Windows: console events, waiting on native events, and services.

Rule: importing this works everywhere and touches nothing. Windows is reached through the ``Kernel``
Protocol only, so that all the rest can be tested with another kernel; the service needs pywin32,
when ``service_class`` is called.
"""

import enum
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, cast

from cherrypy_bus.bus import Bus
from cherrypy_bus.failures import ChannelFailures
from cherrypy_bus.plugins.simple import SimplePlugin
from cherrypy_bus.states import State

Handle = int
"""A native event."""

ConsoleHandler = Callable[[int], bool]
"""What Windows calls with the number of a console event; it returns whether it dealt with it."""


class ConsoleEvent(enum.IntEnum):
    """The console events, numbered as Windows does."""

    CTRL_C_EVENT = 0
    CTRL_BREAK_EVENT = 1
    CTRL_CLOSE_EVENT = 2
    CTRL_LOGOFF_EVENT = 5
    CTRL_SHUTDOWN_EVENT = 6


class Kernel(Protocol):
    """What the bus needs of Windows. Each method raises ``OSError`` if Windows refuses."""

    def add_console_handler(self, handler: ConsoleHandler) -> None:
        """Call ``handler`` for each console event, in a thread that Windows makes."""

    def remove_console_handler(self, handler: ConsoleHandler) -> None:
        """Undo ``add_console_handler``."""

    def create_event(self, name: str) -> Handle:
        """Make a native event that stays set until it is reset."""

    def set_event(self, handle: Handle) -> None:
        """Wake those who wait for the event."""

    def reset_event(self, handle: Handle) -> None:
        """Let those who come wait for the event again."""

    def wait_for_any(self, handles: Sequence[Handle], milliseconds: int) -> bool:
        """Wait until one of the events is set, and say whether that came before the time was up."""


class ConsoleCtrlHandler(SimplePlugin):
    """Let the bus exit on console events: Ctrl-C, Ctrl-Break, closing, logging off, shutting down.

    Args:
        bus: The bus to subscribe to.
        kernel: Windows; another one in tests.

    Attributes:
        is_set: Whether console events come here.
    """

    def __init__(self, bus: Bus, kernel: Kernel | None = None) -> None:
        super().__init__(bus)
        self.is_set: bool = False
        self._kernel = kernel

    def start(self) -> None:
        """Ask Windows for the console events."""
        if self.is_set:
            self.bus.log("Listening for console events already.")
            return
        self._reach().add_console_handler(self.handle)
        self.is_set = True
        self.bus.log("Listening for console events.")

    def stop(self) -> None:
        """Leave the console events to Windows."""
        if not self.is_set:
            self.bus.log("Not listening for console events.")
            return
        self._reach().remove_console_handler(self.handle)
        self.is_set = False
        self.bus.log("No longer listening for console events.")

    def handle(self, event: int) -> bool:
        """Let the bus exit; return once it has, for Windows may end the process then.

        Args:
            event: The number of the console event.

        Returns:
            Whether it was an event that ends processes.
        """
        try:
            name = ConsoleEvent(event).name
        except ValueError:
            return False
        self.bus.log(f"Console event {name}: shutting down bus")
        # Windows holds a lock on its handlers while one of them runs.
        self.bus.unsubscribe("stop", self.stop)
        try:
            self.bus.exit()
        except (ChannelFailures, SystemExit):
            return True  # logged, and raised again by block() in the main thread
        self.bus.wait(State.EXITING)  # if it was starting or stopping, it exits a little later
        return True

    def _reach(self) -> Kernel:
        self._kernel = self._kernel or native_kernel()
        return self._kernel


class Win32Bus(Bus):
    """A bus that waits for its states with native events, which other processes may wait for too.

    The event of a state is named ``WSPBus <state> Event (pid=<number>)``.

    Args:
        kernel: Windows; another one in tests.
    """

    def __init__(self, kernel: Kernel | None = None) -> None:
        self._kernel = native_kernel() if kernel is None else kernel
        self.events: dict[State, Handle] = {}
        super().__init__()
        self._kernel.set_event(self._event(self.state))

    @property
    def state(self) -> State:
        """The current state; setting it sets its event and resets that of the last one."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        last = self._state
        self._set_state(state)
        if last is not state:
            self._kernel.reset_event(self._event(last))
        self._kernel.set_event(self._event(state))

    def _event(self, state: State) -> Handle:
        if state not in self.events:
            name = f"WSPBus {state.name} Event (pid={os.getpid()})"
            self.events[state] = self._kernel.create_event(name)
        return self.events[state]

    def wait(
        self,
        state: State | Iterable[State],
        interval: float = 0.1,
        channel: str | None = None,
    ) -> None:
        """Wait until the bus is in a state, as ``Bus.wait`` does."""
        wanted = [state] if isinstance(state, State) else list(state)
        handles = [self._event(each) for each in wanted]
        while self.state not in wanted:
            self._kernel.wait_for_any(handles, round(interval * 1000))
            if channel is not None and self.state not in wanted:
                self.publish(channel)


class ControlCodes(dict[str, int]):
    """A map from channels to the numbers, 128 to 255, that tell a service to publish on them."""

    def key_for(self, code: int) -> str:
        """Return the channel of a number.

        Raises:
            KeyError: There is none.
        """
        for channel, number in self.items():
            if number == code:
                return channel
        raise KeyError(f"no channel has the control code {code}: there are {dict(self)}")


control_codes: ControlCodes = ControlCodes({"graceful": 138})


def service_class(bus: Bus, name: str, display_name: str, framework: Any = None) -> type[Any]:
    """Make a Windows service that runs a bus, for ``win32serviceutil.HandleCommandLine``.

    Args:
        bus: The bus to run.
        name: The name of the service.
        display_name: What people read.
        framework: ``win32serviceutil.ServiceFramework``; another one in tests.

    Raises:
        ImportError: pywin32 is not installed.
    """
    base = framework or importlib.import_module("win32serviceutil").ServiceFramework

    class BusService(base):  # type: ignore[misc, valid-type] # the base is known at run time only
        _svc_name_ = name
        _svc_display_name_ = display_name

        def SvcDoRun(self) -> None:  # noqa: N802 - Windows's name
            """Run the bus until it exits."""
            bus.start()
            bus.block()

        def SvcStop(self) -> None:  # noqa: N802 - Windows's name
            """Let the bus exit."""
            self.ReportServiceStatus(SERVICE_STOP_PENDING)
            bus.exit()

        def SvcOther(self, control: int) -> None:  # noqa: N802 - Windows's name
            """Publish on the channel of a control code."""
            bus.publish(control_codes.key_for(control))

    return BusService


SERVICE_STOP_PENDING = 3


def signal_child(service: str, command: str, services: Any = None) -> None:
    """Tell a service to stop, to restart, or to publish on a channel.

    Args:
        service: The name of the service.
        command: ``stop``, ``restart``, or a channel in ``control_codes``.
        services: The module ``win32serviceutil``; another one in tests.

    Raises:
        KeyError: There is no such command.
        ImportError: pywin32 is not installed.
    """
    services = services or importlib.import_module("win32serviceutil")
    if command == "stop":
        services.StopService(service)
    elif command == "restart":
        services.RestartService(service)
    else:
        services.ControlService(service, control_codes[command])


def native_kernel() -> Kernel:
    """Return Windows itself.

    Raises:
        OSError: This is not Windows.
    """
    if sys.platform == "win32":
        return NativeKernel()
    raise OSError(f"the platform {sys.platform!r} has no Windows kernel: use Bus and SignalHandler")


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    WAIT_TIMEOUT = 0x102
    WAIT_FAILED = 0xFFFFFFFF

    class NativeKernel:
        """The functions of ``kernel32.dll``."""

        def __init__(self) -> None:
            self._dll = ctypes.WinDLL("kernel32", use_last_error=True)
            self._dll.CreateEventW.restype = wintypes.HANDLE
            self._dll.SetEvent.argtypes = [wintypes.HANDLE]
            self._dll.ResetEvent.argtypes = [wintypes.HANDLE]
            self._prototype = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
            self._callbacks: dict[ConsoleHandler, Any] = {}  # Windows does not keep them alive

        def add_console_handler(self, handler: ConsoleHandler) -> None:
            """Call ``handler`` for each console event."""
            callback = self._prototype(handler)
            self._check(self._dll.SetConsoleCtrlHandler(callback, 1))
            self._callbacks[handler] = callback

        def remove_console_handler(self, handler: ConsoleHandler) -> None:
            """Undo ``add_console_handler``."""
            self._check(self._dll.SetConsoleCtrlHandler(self._callbacks.pop(handler), 0))

        def create_event(self, name: str) -> Handle:
            """Make a native event that stays set until it is reset."""
            handle = self._dll.CreateEventW(None, 1, 0, name)
            self._check(handle)
            return cast("Handle", handle)

        def set_event(self, handle: Handle) -> None:
            """Wake those who wait for the event."""
            self._check(self._dll.SetEvent(handle))

        def reset_event(self, handle: Handle) -> None:
            """Let those who come wait for the event again."""
            self._check(self._dll.ResetEvent(handle))

        def wait_for_any(self, handles: Sequence[Handle], milliseconds: int) -> bool:
            """Wait until one of the events is set, or the time is up."""
            array = (wintypes.HANDLE * len(handles))(*handles)
            answer = self._dll.WaitForMultipleObjects(len(handles), array, 0, milliseconds)
            self._check(answer & WAIT_FAILED != WAIT_FAILED)
            return bool(answer != WAIT_TIMEOUT)

        def _check(self, answer: object) -> None:
            if not answer:
                raise ctypes.WinError(ctypes.get_last_error())
