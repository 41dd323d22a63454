"""Say what is wrong with the options of `staticdir` and `staticfile`, before a request finds out.

What would be an error of each request is said first; then what is no error, and hardly meant.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cherrypy_static.paths import RelativePathError, absolute_path

if TYPE_CHECKING:
    from collections.abc import Callable


def directory_advice(dir: str | None, root: str | None = None) -> list[str]:  # noqa: A002 - the documented name
    """Return advice on the directory of `staticdir`, a sentence for each fault.

    The file system is looked at.

    Args:
        dir: The directory, absolute or below `root`; None or empty if it is not set.
        root: The root, if one is set.

    Examples:
        >>> directory_advice("/nowhere")
        ["There is no directory '/nowhere'."]
    """
    return _advice("dir", "directory", os.path.isdir, dir, root)


def file_advice(filename: str | None, root: str | None = None) -> list[str]:
    """Return advice on the file of `staticfile`, a sentence for each fault.

    The file system is looked at.

    Args:
        filename: The file, absolute or below `root`; None or empty if it is not set.
        root: The root, if one is set.

    Examples:
        >>> file_advice(None)
        ['`filename` is not set: nothing says which regular file to serve.']
    """
    return _advice("filename", "regular file", os.path.isfile, filename, root)


def _advice(
    option: str, kind: str, is_one: Callable[[str], bool], path: str | None, root: str | None
) -> list[str]:
    if not path:
        return [f"`{option}` is not set: nothing says which {kind} to serve."]
    try:
        whole = absolute_path(path, root)
    except RelativePathError:
        return [_relative(option, path, root)]
    if not is_one(whole):
        return [f"There is no {kind} {whole!r}.{_meant(path, root, is_one)}"]
    if not os.access(whole, os.R_OK):
        return [f"The {kind} {whole!r} may not be read by this process."]
    return []


def _relative(option: str, path: str, root: str | None) -> str:
    if root:
        return f"`root` is the relative path {root!r}: make it absolute."
    return (
        f"`{option}` is the relative path {path!r}, and there is no `root`: make it absolute, or "
        f"set `root` to the absolute path of the directory that it is in."
    )


def _meant(path: str, root: str | None, is_one: Callable[[str], bool]) -> str:
    """Return a hint if an absolute path was meant as one below the root."""
    anchor = Path(path).anchor
    if not anchor or not root:
        return ""
    below = path.removeprefix(anchor)
    if not is_one(os.path.join(os.path.expanduser(root), below)):  # noqa: PTH111, PTH118
        return ""
    return f" To serve the one below `root`, write {below!r}."
