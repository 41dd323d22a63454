"""The package index, as pip is configured to use it.

poetry does not read pip's configuration, and asks the public index for documents that a mirror
need not have. Its mirror plugin speaks what pip speaks. The address is only ever handed on through
the environment: it may contain credentials, so it is never printed or written.
"""

from pathlib import Path

from workspace.processes import environ, output_of

_DEFAULT = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


def configured(python: Path) -> str | None:
    """Return the index that pip's configuration or environment names, if any.

    Args:
        python: An interpreter that has pip.
    """
    found: str | None = None
    listing = output_of([python, "-m", "pip", "config", "list"], env=environ())
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        if key.endswith(".index-url") and not (found and key.startswith("global.")):
            found = value.strip("'\"")
    return found


def default(python: Path) -> str:
    """Return the index that pip uses where nothing is configured."""
    return output_of([python, "-c", _DEFAULT], env=environ()).strip()
