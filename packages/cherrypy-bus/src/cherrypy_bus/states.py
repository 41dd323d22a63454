r"""The states of a bus and the two tables that say how they follow each other.

Rule: what a call may do in a state is decided here and nowhere else. ``Bus`` looks the answer up
and obeys.

::

                        O
                        |
                        V
       STOPPING --> STOPPED --> EXITING -> X
          A   A         |
          |    \___     |
          |        \    |
          |         V   V
        STARTED <-- STARTING
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class State(enum.Enum):
    """One of the five states of a bus.

    Examples:
        >>> from cherrypy_bus import Bus
        >>> bus = Bus()
        >>> bus.state, bus.state is State.STOPPED
        (states.STOPPED, True)
    """

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    STOPPING = "STOPPING"
    EXITING = "EXITING"

    def __str__(self) -> str:
        return f"states.{self.name}"

    __repr__ = __str__


states = State


class Operation(enum.Enum):
    """What a caller can ask of a bus, and only one at a time can do."""

    START = "start"
    STOP = "stop"
    EXIT = "exit"
    GRACEFUL = "graceful"


class Step(NamedTuple):
    """One move: the state and channel while its listeners run, then where it ends.

    Attributes:
        channel: The channel that is published.
        begun: The word that the log gives to the beginning of the step.
        done: The word that it gives to the end; None for no word.
        during: The state while the listeners run; None if it stays.
        after: The state once they have all run; None if it stays.
        despite_failures: Whether the step ends there even if listeners failed.
    """

    channel: str
    begun: str
    done: str | None
    during: State | None
    after: State | None
    despite_failures: bool = True


_START = Step("start", "STARTING", "STARTED", State.STARTING, State.STARTED, despite_failures=False)
_STOP = Step("stop", "STOPPING", "STOPPED", State.STOPPING, State.STOPPED)
_EXIT = Step("exit", "EXITING", "EXITED", State.EXITING, State.EXITING)
_GRACEFUL = Step("graceful", "graceful", None, None, None)

STEPS: Mapping[Operation, tuple[Step, ...]] = MappingProxyType(
    {
        Operation.START: (_START,),
        Operation.STOP: (_STOP,),
        Operation.EXIT: (_STOP, _EXIT),
        Operation.GRACEFUL: (_GRACEFUL,),
    }
)
"""The steps of each operation, in order."""


class Verdict(enum.Enum):
    """What happens to an operation that is asked for in a certain state.

    Attributes:
        RUN: It is carried out now, by the caller.
        LATER: The thread that is moving the bus carries it out when its own operation ends.
        IGNORE: It is being done, or done, already.
        REFUSE: It makes no sense there; the caller gets a ``StateError``.
    """

    RUN = enum.auto()
    LATER = enum.auto()
    IGNORE = enum.auto()
    REFUSE = enum.auto()


AT_REST: Mapping[State, Mapping[Operation, Verdict]] = MappingProxyType(
    {
        State.STOPPED: {
            Operation.START: Verdict.RUN,
            Operation.STOP: Verdict.RUN,
            Operation.EXIT: Verdict.RUN,
            Operation.GRACEFUL: Verdict.RUN,
        },
        # Start again: a plugin that subscribed since then gets its turn, the others know they run.
        State.STARTED: {
            Operation.START: Verdict.RUN,
            Operation.STOP: Verdict.RUN,
            Operation.EXIT: Verdict.RUN,
            Operation.GRACEFUL: Verdict.RUN,
        },
        # A bus that has exited may be started once more, as test suites do.
        State.EXITING: {
            Operation.START: Verdict.RUN,
            Operation.STOP: Verdict.IGNORE,
            Operation.EXIT: Verdict.IGNORE,
            Operation.GRACEFUL: Verdict.IGNORE,
        },
    }
)
"""The verdicts while nobody carries out an operation."""

MOVING: Mapping[State, Mapping[Operation, Verdict]] = MappingProxyType(
    {
        # Listeners that have not started yet must not start after they were stopped: let it finish.
        State.STARTING: {
            Operation.START: Verdict.IGNORE,
            Operation.STOP: Verdict.LATER,
            Operation.EXIT: Verdict.LATER,
            Operation.GRACEFUL: Verdict.IGNORE,
        },
        State.STOPPING: {
            Operation.START: Verdict.REFUSE,
            Operation.STOP: Verdict.IGNORE,
            Operation.EXIT: Verdict.LATER,
            Operation.GRACEFUL: Verdict.IGNORE,
        },
        State.EXITING: {
            Operation.START: Verdict.REFUSE,
            Operation.STOP: Verdict.IGNORE,
            Operation.EXIT: Verdict.IGNORE,
            Operation.GRACEFUL: Verdict.IGNORE,
        },
        # Claimed, and its first step not begun; or between two steps; or reloading: a plugin that
        # is being reloaded must not start again what was stopped meanwhile.
        State.STOPPED: {
            Operation.START: Verdict.REFUSE,
            Operation.STOP: Verdict.LATER,
            Operation.EXIT: Verdict.LATER,
            Operation.GRACEFUL: Verdict.IGNORE,
        },
        State.STARTED: {
            Operation.START: Verdict.REFUSE,
            Operation.STOP: Verdict.LATER,
            Operation.EXIT: Verdict.LATER,
            Operation.GRACEFUL: Verdict.IGNORE,
        },
    }
)
"""The verdicts while a thread carries out an operation."""


class StateError(RuntimeError):
    """An operation was asked for in a state that does not allow it.

    Attributes:
        operation: What was asked for.
        state: The state of the bus at that time.

    Examples:
        >>> from cherrypy_bus import Bus, ChannelFailures
        >>> bus = Bus()
        >>> bus.subscribe("stop", bus.start)  # too early
        >>> try:
        ...     bus.stop()
        ... except ChannelFailures as failures:
        ...     print(failures.get_instances()[0])
        cannot start a bus that is STOPPING and on its way: wait for it
    """

    def __init__(self, operation: Operation, state: State) -> None:
        super().__init__(
            f"cannot {operation.value} a bus that is {state.name} and on its way: wait for it"
        )
        self.operation = operation
        self.state = state


def verdict(operation: Operation, state: State, *, moving: bool) -> Verdict:
    """Say what happens to ``operation`` in ``state``.

    Args:
        operation: What is asked for.
        state: The state of the bus.
        moving: Whether a thread is carrying out an operation.
    """
    table = MOVING if moving else AT_REST
    row = table.get(state)
    # Somebody assigned a passing state from outside: nothing is on its way, so it can be carried
    # out.
    return row[operation] if row else Verdict.RUN
