"""What changed in the public names of a package since its last release, by griffe.

A change that can break a caller needs a new major version, or a new minor one before 1.0.
"""

from typing import TYPE_CHECKING

from workspace.checks import Setting
from workspace.errors import Failure
from workspace.packages import Package
from workspace.requirements import version_key
from workspace.steps import Log, Step
from workspace.wheels import release_tags

if TYPE_CHECKING:
    from workspace.processes import Words


def steps(setting: Setting, packages: list[Package]) -> list[Step]:
    """Return the step that reports on all packages."""

    def run(log: Log) -> None:
        refused = [package.name for package in packages if not compare(setting, log, package)]
        if refused:
            raise Failure(f"a breaking change needs a higher version: {', '.join(refused)}")

    return [Step("interfaces", run)]


def compare(setting: Setting, log: Log, package: Package) -> bool:
    """Report on one package; return whether its version allows what changed."""
    tags = release_tags(setting.workspace, package)
    if not tags:
        log.say(f"{package.name}: no release yet, so nothing to compare with")
        return True
    version, tag = list(tags.items())[-1]
    same = all(_same(setting, log, package, name, tag) for name in package.imports)
    verdict = "no breaking change" if same else "breaking changes"
    log.say(f"{package.name}: {verdict} since {tag}")
    return same or breaks_allowed(version, package.version)


def breaks_allowed(old: str, new: str) -> bool:
    """Tell whether a version may break what another one promised."""
    before, after = (_padded(version) for version in (old, new))
    return after[:2] > before[:2] if before[0] == 0 else after[0] > before[0]


def _padded(version: str) -> tuple[int, ...]:
    return (*version_key(version), 0, 0, 0)[:3]


def _same(setting: Setting, log: Log, package: Package, name: str, tag: str) -> bool:
    source = package.source.relative_to(setting.root)
    command: Words = [
        setting.python,
        "-m",
        "griffe",
        "check",
        name,
        "--against",
        tag,
        "--search",
        source,
    ]
    try:
        log.run(*command, cwd=setting.root, env=setting.environ())
    except Failure:
        return False
    return True
