"""Find what a package makes public without writing its type down, by pyright.

mypy checks what is written and infers the rest; another checker may infer something else. So all
that users can reach says its type: https://typing.python.org/en/latest/guides/libraries.html.
"""

import os
from collections.abc import Sequence

from workspace.checks import Setting
from workspace.errors import Failure
from workspace.packages import Package
from workspace.steps import Log, Step


def steps(setting: Setting, packages: Sequence[Package]) -> list[Step]:
    """Return the step that asks for all packages, one after the other."""

    def check(log: Log) -> None:
        names = [name for package in packages for name in package.imports]
        failed = [name for name in names if not _is_complete(setting, log, name)]
        if failed:
            raise Failure(f"public names without a known type in {', '.join(failed)}")

    return [Step("public types", check)]


def _is_complete(setting: Setting, log: Log, name: str) -> bool:
    env = setting.environ(PYRIGHT_PYTHON_IGNORE_WARNINGS="1")
    # It looks for packages where the first interpreter of the path does.
    env["PATH"] = f"{setting.python.parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    options = ["--verifytypes", name, "--ignoreexternal"]
    try:
        log.run(setting.python, "-m", "pyright", *options, cwd=setting.root, env=env)
    except Failure:
        return False
    return True
