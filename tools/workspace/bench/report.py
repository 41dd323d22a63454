"""Write results down: as JSON, and as the table and plot of each group for the documentation."""

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workspace.bench.figures import Result
from workspace.bench.plot import plot
from workspace.bench.table import table


def as_json(results: Sequence[Result], rounds: int) -> str:
    """Return everything that was measured, in nanoseconds."""
    return json.dumps(
        {"machine": machine(), "rounds": rounds, "results": [_scenario(one) for one in results]},
        indent=1,
    )


def write_pages(results: Sequence[Result], directory: Path, remark: str) -> list[Path]:
    """Write ``<group>.table`` and ``<group>.svg`` for each group and return the files.

    Args:
        directory: Where to.
        remark: A sentence below each table.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in dict.fromkeys(result.group for result in results):
        group = [result for result in results if result.group == name]
        page, picture = directory / f"{name}.table", directory / f"{name}.svg"
        page.write_text(f"{table(group)}\n{remark}\n", "utf-8")
        picture.write_text(plot(group, f"How many times as fast: {name}"), "utf-8")
        written += [page, picture]
    return written


def machine() -> str:
    """Return the interpreter and the processor in a few words."""
    return f"{platform.python_implementation()} {platform.python_version()}, {_processor()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} cores of {models[0]}" if models else platform.machine()


def _scenario(result: Result) -> dict[str, Any]:
    return {
        "scenario": result.scenario,
        "group": result.group,
        "title": result.title,
        "subjects": {
            row.subject: {"error": row.error} if row.error else {"ns": row.values}
            for row in result.rows
        },
    }
