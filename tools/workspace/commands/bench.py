"""Measure ours beside its peers, interleaved; this is never a test."""

import argparse
import functools
import sys
from pathlib import Path

from workspace.bench import catalogue, peers, report
from workspace.bench.figures import Result
from workspace.bench.peers import Peer, Seat
from workspace.bench.rounds import Rounds
from workspace.bench.table import table
from workspace.errors import Misuse
from workspace.packages import Workspace


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "scenario", nargs="*", help="a scenario or a group; all where none is named"
    )
    parser.add_argument("--list", action="store_true", help="tell the scenarios and their subjects")
    parser.add_argument(
        "--peer", action="append", default=[], help="a subject beside the baseline; may be repeated"
    )
    parser.add_argument("--rounds", type=int, default=9, help="how many (9)")
    parser.add_argument(
        "--seconds", type=float, default=0.5, help="the CPU time of each subject in a round (0.5)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value there")
    parser.add_argument(
        "--pages", action="store_true", help="write tables and plots into docs/performance"
    )


def run(options: argparse.Namespace, workspace: Workspace) -> int:
    """Measure and tell; the status is 1 if a subject failed."""
    known = peers.load()
    scenarios = catalogue.select(catalogue.load(list(known)), options.scenario)
    subjects = peers.select(known, options.peer)
    if options.list:
        return _list(scenarios)
    if options.rounds < 1 or options.seconds <= 0:
        raise Misuse("--rounds and --seconds must be above 0")

    @functools.cache
    def seat(home: str) -> Seat:
        return peers.seat(workspace, known[home])

    def find(peer: Peer) -> Seat:
        return seat(peer.home)

    rounds = Rounds(subjects, find, rounds=options.rounds, seconds=options.seconds)
    results = rounds.run(scenarios)
    for group in dict.fromkeys(result.group for result in results):
        print(f"\n{group}\n\n{table([one for one in results if one.group == group])}", end="")
    if options.json is not None:
        options.json.write_text(report.as_json(results, options.rounds), "utf-8")
    if options.pages:
        _write_pages(options, workspace, results)
    return 1 if any(row.error for result in results for row in result.rows) else 0


def _list(scenarios: list[catalogue.Scenario]) -> int:
    for one in scenarios:
        print(f"{one.name:<20} {one.title} ({', '.join(one.subjects)})")
    return 0


def _write_pages(options: argparse.Namespace, workspace: Workspace, results: list[Result]) -> None:
    chosen = " ".join([*options.scenario, *(f"--peer {name}" for name in options.peer)])
    command = f"tools/bench {chosen}".strip() + f" --rounds {options.rounds} --pages"
    remark = (
        "The times are CPU time of one call, or of turns and waits, time on the clock. The other"
        " figures say how many times as fast as"
        f" the first column, in brackets the quartiles. All are medians of {options.rounds} rounds."
        f" {report.machine()}. Made by `{command}`."
    )
    for file in report.write_pages(results, workspace.root / "docs" / "performance", remark):
        print(file.relative_to(workspace.root), file=sys.stderr)
