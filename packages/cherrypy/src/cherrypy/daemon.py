"""Serve a site from the command line: ``cherryd``, or ``python -m cherrypy``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cherrypy
from cherrypy.assembly.checker import HEADING
from cherrypy.cherryd import CommandError
from cherrypy.cherryd.gateways import GATEWAYS, serve_by
from cherrypy.cherryd.loading import load
from cherrypy.cherryd.options import parse
from cherrypy.process.plugins import Daemonizer, PIDFile
from cherrypy_bus import ChannelFailures
from cherrypy_web import Application, ToolConfigError, check_tools

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["run", "serve", "start"]


def start(
    configfiles: Iterable[str] | None = None,
    daemonize: bool = False,
    environment: str | None = None,
    fastcgi: bool = False,
    scgi: bool = False,
    pidfile: str | None = None,
    imports: Iterable[str] | None = None,
    cgi: bool = False,
    *,
    workers: int | None = None,
) -> None:
    """Serve the site that some modules mount, until it is stopped.

    Args:
        configfiles: Names of config files; they are also the application's if only one is mounted.
        daemonize: Whether to become a daemon; nothing is logged to the screen then.
        environment: The name of a config environment, which lies over the files.
        fastcgi: Whether to speak FastCGI in place of HTTP, by the library flup.
        scgi: The same with SCGI.
        pidfile: Where to keep the process id.
        imports: Names of modules that mount applications, or of files that end in ``.py``.
        cgi: Whether to answer one request by CGI.
        workers: How many processes serve, on gunicorn; ``None`` serves in this one.

    Raises:
        CommandError: It cannot be done; the text says why.
        ChannelFailures: The engine did not start; what happened is in the log.
    """
    load(imports or (), configfiles or (), environment)
    _require_applications()
    chosen = {"fastcgi": fastcgi, "scgi": scgi, "cgi": cgi}
    protocols = [name for name in GATEWAYS if chosen[name]]
    if daemonize:
        _speak_to_files_only()
    if workers is not None:
        from cherrypy.cherryd.workers import serve_with  # noqa: PLC0415 - an extra

        serve_with(workers, daemonize=daemonize, pidfile=pidfile, protocols=protocols)
        return
    engine = cherrypy.engine
    if protocols:
        serve_by(protocols)
    if daemonize:
        Daemonizer(engine).subscribe()
    if pidfile:
        PIDFile(engine, pidfile).subscribe()
    _run_the_engine()


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line says.

    Args:
        arguments: The words after the name of the command; by default those of this process.

    Returns:
        The exit status: 1 where the site cannot be served, or `check` found something.
    """
    options = parse(arguments)
    sys.path[:0] = options.path
    return _told(lambda: _COMMANDS[options.command](options))


def serve() -> int:
    """Serve what is mounted until it is stopped, and return the exit status of the process."""

    def served() -> int:
        _run_the_engine()
        return 0

    return _told(served)


def _run_the_engine() -> None:
    engine = cherrypy.engine
    engine.listen_to_the_terminal()
    try:
        engine.start()
    except KeyboardInterrupt:
        engine.exit()
    engine.block()


def _told(command: Callable[[], int]) -> int:
    """Return the exit status of a command, and tell the terminal why it failed."""
    try:
        return command()
    except CommandError as error:
        _complain(error)
    except ChannelFailures as failures:  # the log has their tracebacks
        for each in failures.get_instances():
            _complain(each)
    return 1


def _serve(options: argparse.Namespace) -> int:
    start(
        options.config,
        options.daemonize,
        options.environment,
        options.fastcgi,
        options.scgi,
        options.pidfile,
        options.imports,
        options.cgi,
        workers=options.workers,
    )
    return 0


def _routes(options: argparse.Namespace) -> int:
    from cherrypy.cherryd.routes import table  # noqa: PLC0415 - for this command only

    load(options.imports, options.config, options.environment)
    _require_applications()
    for line in table(cherrypy.tree):
        print(line)  # noqa: T201 - what the command is for
    return 0


def _require_applications() -> None:
    if not cherrypy.tree.apps:
        raise CommandError(
            "no application is mounted; -i names a module that calls cherrypy.tree.mount"
        )


def _check(options: argparse.Namespace) -> int:
    load(options.imports, options.config, options.environment)
    _require_applications()
    findings = [each.removeprefix(HEADING).strip() for each in cherrypy.checker.messages()]
    try:
        check_tools(app for app in cherrypy.tree.apps.values() if isinstance(app, Application))
    except ToolConfigError as error:
        findings += error.faults
    for finding in findings:
        print(finding, end="\n\n")  # noqa: T201 - what the command is for
    return 1 if findings else 0


def _new(options: argparse.Namespace) -> int:
    from cherrypy.cherryd.project import make_project  # noqa: PLC0415 - for this command only

    project = make_project(options.name, Path.cwd())
    print(  # noqa: T201 - what the command is for
        f"{project} is there. In it, `cherryd -c site.conf` serves the site, and "
        "`python -m pytest` runs its tests. README.md tells more."
    )
    return 0


_COMMANDS = {"serve": _serve, "routes": _routes, "check": _check, "new": _new}


def _speak_to_files_only() -> None:
    cherrypy.config.update({"log.screen": False})
    if not cherrypy.log.error_file:
        _complain("a daemon has no screen: without log.error_file in the config, nothing is logged")


def _complain(what: object) -> None:
    print(f"cherryd: {what}", file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
