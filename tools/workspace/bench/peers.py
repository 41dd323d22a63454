"""The subjects of the benchmark and their environments."""

import hashlib
import shutil
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workspace import environment, interpreters
from workspace.environment import Environment
from workspace.errors import Failure, Misuse
from workspace.packages import Package, Workspace
from workspace.processes import Words, environ, output_of

_FILE = Path(__file__).with_name("peers.toml")


@dataclass(frozen=True, slots=True)
class Peer:
    """A subject.

    Attributes:
        title: How tables and plots call it.
        requirements: What is installed for it, pinned.
        packages: The packages of this workspace that are installed for it, with all they need.
        home: The subject whose environment it shares, its own name if it has one of its own.
    """

    name: str
    title: str
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    home: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a subject runs.

    Attributes:
        python: The interpreter of its environment.
        paths: Where it looks for modules first.
    """

    python: Path
    paths: tuple[Path, ...] = ()


def load() -> dict[str, Peer]:
    """Return all subjects by name, the baseline first."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        name: Peer(
            name,
            row["title"],
            tuple(row.get("requirements", [])),
            tuple(row.get("workspace", [])),
            row.get("home", name),
        )
        for name, row in rows.items()
    }


def select(peers: Mapping[str, Peer], names: Iterable[str]) -> dict[str, Peer]:
    """Return the baseline and the named subjects, or all of them where none is named.

    Raises:
        Misuse: There is no subject of that name.
    """
    wanted = set(names)
    unknown = sorted(wanted - peers.keys())
    if unknown:
        raise Misuse(f"unknown peer {unknown[0]!r}; the peers are {', '.join(peers)}")
    baseline = next(iter(peers))
    return {
        name: peer
        for name, peer in peers.items()
        if not wanted or name in wanted or name == baseline
    }


def seat(workspace: Workspace, peer: Peer) -> Seat:
    """Return where a subject runs; its environment is set up first where that is necessary.

    The packages of this workspace are copied: what is edited during a run does not get into it.

    Raises:
        Failure: What the subject needs cannot be installed.
    """
    directory = workspace.cache / "bench" / peer.name
    packages = _packages(workspace, peer)
    key = _key(peer, packages)
    ready = Environment(directory)
    if not ready.is_made_from(key):
        environment.say(f"setting up {peer.title} in .cache/bench/{peer.name}")
        environment.create(directory, interpreters.own(), workspace)
        _install(ready, peer, packages)
        ready.mark(key)
    return Seat(ready.python, _copied(packages, directory / "sources"))


def _copied(packages: Iterable[Package], directory: Path) -> tuple[Path, ...]:
    shutil.rmtree(directory, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    copies = [(package.source, directory / package.name) for package in packages]
    for source, copy in copies:
        shutil.copytree(source, copy, ignore=ignored)
    return tuple(copy for _, copy in copies)


def _packages(workspace: Workspace, peer: Peer) -> list[Package]:
    named = workspace.select(peer.packages) if peer.packages else []
    needed = {one.name for package in named for one in workspace.closure(package)}
    return [package for package in workspace if package.name in needed or package in named]


def _install(ready: Environment, peer: Peer, packages: list[Package]) -> None:
    command: Words = [ready.python, "-m", "pip", "install", "--quiet", *peer.requirements]
    for package in packages:
        command += ["--editable", package.path]
    if not (peer.requirements or packages):
        return
    try:
        output_of(command, env=environ())
    except Failure as failure:
        last = str(failure).splitlines()[-1]
        raise Failure(f"could not install {peer.title}: {last}") from failure


def _key(peer: Peer, packages: Iterable[Package]) -> str:
    digest = hashlib.sha256(repr((peer, interpreters.own())).encode())
    for package in packages:
        digest.update((package.path / "pyproject.toml").read_bytes())
    return digest.hexdigest()
