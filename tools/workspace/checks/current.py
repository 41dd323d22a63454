"""The lock file, root's pyproject and README say what the packages' metadata say."""

from workspace import overview, rootfile
from workspace.checks import Setting
from workspace.errors import Failure
from workspace.steps import Log, Step


def steps(setting: Setting) -> list[Step]:
    """Return the step."""

    def run(log: Log) -> None:
        workspace = setting.workspace
        stale = rootfile.stale(workspace)
        text = (setting.root / "README.md").read_text("utf-8")
        if overview.updated(workspace, text) != text:
            stale.append("README.md")
        for name in stale:
            log.say(f"not up to date: {name}")
        if stale:
            raise Failure("run tools/lock")

    return [Step("metadata", run)]
