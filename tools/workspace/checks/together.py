"""The tests that belong to no package: of the whole, and of the tools themselves."""

from typing import TYPE_CHECKING

from workspace.checks import Setting
from workspace.steps import Log, Step

if TYPE_CHECKING:
    from workspace.processes import Words


def steps(setting: Setting) -> list[Step]:
    """Return the steps for the directories of such tests that are there."""
    places = {"integration": "integration-tests", "tools": "tools/tests"}
    return [
        _step(setting, name, place)
        for name, place in places.items()
        if (setting.root / place).is_dir()
    ]


def _step(setting: Setting, name: str, place: str) -> Step:
    def run(log: Log) -> None:
        command: Words = [
            setting.python,
            "-m",
            "pytest",
            *setting.pytest_options(),
            setting.root / place,
        ]
        log.run(*command, cwd=setting.root, env=setting.environ())

    return Step(name, run)
