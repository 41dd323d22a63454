"""The state machine: start, stop, reload and exit, one at a time.

Rule: no lock is held while listeners run, for they may join threads that call the bus. Whoever
moves the bus claims it (``_claim``) and lets go of it (``_next``); what others ask for in the
meantime is decided by the table in ``states``.
"""

import atexit
import contextlib
import os
import threading
import warnings
from collections.abc import Collection, Iterable

from cherrypy_bus.channels import Channels
from cherrypy_bus.failures import ChannelFailures
from cherrypy_bus.states import STEPS, Operation, State, StateError, Step, Verdict, states, verdict
from cherrypy_bus.watch import Watch

_SIGNAL_CHECK = 0.1  # seconds for which a wait may miss what a signal handler did
CHANNELS = ("start", "stop", "exit", "graceful", "log", "main")


class Machine(Channels):
    """Channels with a state: each move from one state to another is published on one of them.

    Attributes:
        states: The states, by name: ``bus.states.STARTED``.
        execv: Whether the program is to be started anew once the bus has exited.
        stuck_after: Seconds after which a listener that keeps the bus from stopping is reported by
            name; 0 turns the reports off.
    """

    states = states
    execv: bool = False
    stuck_after: float = 10.0

    def __init__(self) -> None:
        super().__init__(CHANNELS)
        self.execv = False
        self._state = State.STOPPED
        # Reentrant, because a signal handler may ask for a move in the thread that holds it.
        self._changed = threading.Condition(threading.RLock())
        self._moving = False
        self._postponed: Operation | None = None
        self._failure: ChannelFailures | SystemExit | None = None
        self._watch: Watch | None = None
        self._process = 0

    @property
    def state(self) -> State:
        """The current state."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._set_state(state)

    def _set_state(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    @property
    def busy(self) -> bool:
        """Whether a thread is starting, stopping or reloading the bus, or making it exit."""
        return self._moving

    def wait(
        self,
        state: State | Iterable[State],
        interval: float = 0.1,
        channel: str | None = None,
    ) -> None:
        """Wait until the bus is in a state.

        Args:
            state: The state, or several of which any will do.
            interval: Seconds between two messages on ``channel``.
            channel: What to publish while waiting; None for nothing.
        """
        wanted = {state} if isinstance(state, State) else set(state)
        while not self._arrived(wanted, interval):
            if channel is not None:
                self.publish(channel)

    def _arrived(self, wanted: Collection[State], interval: float) -> bool:
        with self._changed:
            if self._state not in wanted:
                self._changed.wait(interval)
            return self._state in wanted

    def start(self) -> None:
        """Publish ``start``: STARTING, then STARTED.

        A bus that has started publishes it again, for plugins that subscribed since then.

        Raises:
            ChannelFailures: A listener failed. The bus has exited then.
            StateError: The bus is stopping or exiting.
        """
        if not self._claim(Operation.START):
            return
        self._failure = None
        atexit.unregister(self._clean_exit)
        atexit.register(self._clean_exit)
        try:
            self._take(STEPS[Operation.START][0])
        except BaseException as error:
            if isinstance(error, Exception):
                self.log("Shutting down due to error in start listener:", 40, traceback=True)
            # The failure of the start is the one to raise.
            with contextlib.suppress(ChannelFailures, SystemExit):
                self._carry_out(Operation.EXIT)
            raise
        self._process = os.getpid()  # after a listener that forked
        self._carry_out(self._next())

    def stop(self) -> None:
        """Publish ``stop``: STOPPING, then STOPPED.

        While the bus is starting, this returns at once, and the bus stops as soon as it has
        started.

        Raises:
            ChannelFailures: A listener failed. All the others ran, and the bus has stopped all the
                same.
        """
        if self._claim(Operation.STOP):
            self._carry_out(Operation.STOP)

    def exit(self) -> None:
        """Publish ``stop`` and ``exit``: STOPPING, STOPPED, EXITING. The process is about to end.

        While the bus is starting or stopping, in this thread or another one, this returns at once,
        and the bus exits as soon as that is done. It does nothing when the bus has exited already.

        Raises:
            ChannelFailures: A listener failed. All the others ran, and the bus has exited all the
                same.
        """
        if self._claim(Operation.EXIT):
            self._carry_out(Operation.EXIT)

    def restart(self) -> None:
        """Exit, and let the main thread, which is in ``block``, start the program anew.

        Raises:
            ChannelFailures: A stop or exit listener failed.
        """
        self.execv = True
        self.exit()

    def graceful(self) -> None:
        """Publish ``graceful``: reload what can be reloaded while running.

        It does nothing while the bus is starting, stopping or reloading, or when it has exited.
        What is asked for in the meantime is done when the reload is through.

        Raises:
            ChannelFailures: A listener failed.
        """
        if self._claim(Operation.GRACEFUL):
            self._carry_out(Operation.GRACEFUL)

    def _claim(self, operation: Operation) -> bool:
        """Say whether the caller is to carry out ``operation`` now, and then nobody else."""
        with self._changed:
            # First of all, so that a signal handler that interrupts this thread from here on is
            # postponed.
            moving, self._moving = self._moving, True
            answer = verdict(operation, self._state, moving=moving)
            if answer is not Verdict.RUN:
                self._moving = moving
                self._postponed = self._postponed if moving else None
            if answer is Verdict.REFUSE:
                raise StateError(operation, self._state)
            if answer is Verdict.LATER:
                self._postpone(operation)
            return answer is Verdict.RUN

    def _postpone(self, operation: Operation) -> None:
        if self._postponed is not Operation.EXIT:
            self._postponed = operation
        if self._watch is not None and self._state is State.STARTING:
            self._watch.begin()  # the other steps began theirs themselves

    def _next(self) -> Operation | None:
        """Let go of the bus, or claim it for what was asked for meanwhile and return that."""
        with self._changed:
            # First of all, so that a signal handler that interrupts this thread from here on acts
            # by itself.
            self._moving = False
            operation, self._postponed = self._postponed, None
            self._changed.notify_all()
            if operation is None or STEPS[operation][-1].after is self._state:
                return None
            return operation if self._claim(operation) else None

    def _carry_out(self, operation: Operation | None) -> None:
        """Take all steps of a claimed operation, and of those that were asked for meanwhile.

        Raises:
            ChannelFailures: The first failure; every step was taken.
            SystemExit: From a listener; every step was taken.
        """
        problem: ChannelFailures | SystemExit | None = None
        try:
            while operation is not None:
                for step in STEPS[operation]:
                    try:
                        self._take(step)
                    except (ChannelFailures, SystemExit) as error:
                        problem = problem or error
                        if operation is Operation.EXIT:
                            self._failure = problem
                operation = self._next()
        except BaseException:
            self._moving = False
            raise
        if problem is not None:
            raise problem

    def _take(self, step: Step) -> None:
        if step.during is not None:
            self.state = step.during
        self.log(f"Bus {step.begun}")
        try:
            with Watch(step.channel, self.stuck_after, self.log) as self._watch:
                # A start may fork, and a thread would be in the way: it is watched from the moment
                # when somebody waits for its end.
                if step.during is not State.STARTING or self._postponed is not None:
                    self._watch.begin()
                self.publish(step.channel)
        except (Exception, SystemExit):
            if step.despite_failures:
                self._arrive(step)
            raise
        self._arrive(step)

    def _arrive(self, step: Step) -> None:
        if step.after is not None:
            self.state = step.after
            self.log(f"Bus {step.done}")
        if step.after is State.EXITING:
            atexit.unregister(self._clean_exit)  # it would keep the bus for ever

    def _settle(self) -> None:
        """Wait for the thread that makes the bus exit to have called all listeners."""
        with self._changed:
            while self._moving:
                self._changed.wait(_SIGNAL_CHECK)

    def _clean_exit(self) -> None:
        """Exit when the interpreter does, if the program forgot to."""
        if self.state is State.EXITING or self._process != os.getpid():
            return
        warnings.warn(
            f"The main thread is exiting, but the Bus is in the {self.state!r} state; shutting it "
            "down automatically now. You must either call bus.block() after start(), or call "
            "bus.exit() before the main thread exits.",
            RuntimeWarning,
            stacklevel=1,
        )
        self.exit()
