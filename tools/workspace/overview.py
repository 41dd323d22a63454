"""The table of packages in the README, made from the packages' metadata."""

from workspace.errors import Failure
from workspace.packages import Package, Workspace

BEGIN = "<!-- packages: tools/lock writes this table -->"
END = "<!-- end of packages -->"


def table(workspace: Workspace) -> str:
    """Return the table as Markdown, highest layer first."""
    rows = [_row(package) for package in sorted(workspace, key=lambda one: (-one.layer, one.name))]
    return "\n".join(["| package | what it is for |", "|---|---|", *rows])


def updated(workspace: Workspace, text: str) -> str:
    """Return a page with its table up to date.

    Raises:
        Failure: The two comments are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Failure(f"README.md lacks the comment {BEGIN if not begin else END!r}")
    return f"{before}{begin}\n{table(workspace)}\n{end}{after}"


def _row(package: Package) -> str:
    home = f"packages/{package.path.name}"
    return f"| [{package.name}]({home}/README.md) | {package.description} |"
