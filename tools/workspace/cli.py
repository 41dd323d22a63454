"""One entry for all commands: which module runs which, and how a failure is told.

A command is a module of ``workspace.commands`` with ``configure(parser)`` and ``run(options,
workspace)``. The first line of its docstring is its help.
"""

import argparse
import importlib
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, Protocol, cast

from workspace.errors import Failure, Misuse
from workspace.packages import Workspace

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = tuple(
    sorted(file.stem for file in (Path(__file__).parent / "commands").glob("[a-z]*.py"))
)


class Command(Protocol):
    """What a module of ``workspace.commands`` offers."""

    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Workspace], int]


class _Parser(argparse.ArgumentParser):
    """Tell a wrong command line in one line, not with the whole usage."""

    def error(self, message: str) -> NoReturn:
        raise Misuse(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names and return its exit status."""
    name = arguments[0] if arguments else "--help"
    signal.signal(signal.SIGTERM, _terminated)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what is to run in the background, and programs under test would inherit
        # it: they are sent that signal, and asked to end by it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _run(name, arguments[1:])
    except Failure as failure:
        print(f"tools/{name}: {failure}", file=sys.stderr)
        return 2 if isinstance(failure, Misuse) else 1
    except KeyboardInterrupt:
        print(f"tools/{name}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(f"tools/{name}: {_told(error)}", file=sys.stderr)
        return 1


def _told(error: OSError) -> str:
    """Say in one line what the system refused: a file, mostly."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _terminated(number: int, frame: object) -> NoReturn:
    """Leave by an exception, so that what was started is ended as well."""
    del frame
    raise SystemExit(128 + number)


def _run(name: str, arguments: Sequence[str]) -> int:
    if name not in COMMANDS:
        raise Misuse(f"unknown command; the commands are {', '.join(COMMANDS)}")
    module = importlib.import_module(f"workspace.commands.{name}")
    command = cast("Command", module)
    parser = _Parser(prog=f"tools/{name}", description=module.__doc__, allow_abbrev=False)
    command.configure(parser)
    options = parser.parse_args(arguments)
    workspace = Workspace.load(ROOT)
    try:
        return command.run(options, workspace)
    finally:
        workspace.tidy()
