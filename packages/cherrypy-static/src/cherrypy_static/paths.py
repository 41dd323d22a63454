"""Judge the text of a path before the file system sees it.

The path of a request is hostile. What passes here still says nothing about where it leads: that is
asked of the open file, see `cherrypy_static.places`.
"""

from __future__ import annotations

import os
import re

from cherrypy_httputil import HTTPError

ODD = re.compile(r"[\0\\]")
"""Characters that mean the end of a name, or a path of its own, to some file system."""

ODD_ON_WINDOWS = re.compile(
    r"""
    [\x00-\x1f\\:*?"<>|]                             # a path, a drive, a stream, a pattern
    | [. ] (?: / | \Z )                              # Windows leaves these out
    | (?: \A | / ) (?: con | prn | aux | nul | (?: com | lpt ) [0-9\u00b9\u00b2\u00b3] )
      [ ]* (?: [./] | \Z )                           # a device in every directory
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The same, and what else is another name for something on Windows."""


def clean(branch: str, *, dotfiles: bool = False, odd: re.Pattern[str] | None = None) -> str | None:
    """Return the part of a request's path that is to be found below a directory.

    Args:
        branch: Empty, or segments with a slash before each, decoded once.
        dotfiles: Let names pass that begin with a dot.
        odd: What no path may hold; by default what this system would not take for a name.

    Returns:
        The branch without empty segments and such that are a single dot; None if it names nothing
        that may be served.

    Raises:
        HTTPError: 403 if a segment is `..`.
    """
    if "/." in branch or "//" in branch:
        segments = [segment for segment in branch.split("/") if segment and segment != "."]
        if ".." in segments:
            raise HTTPError(403)
        if not dotfiles and any(segment.startswith(".") for segment in segments):
            return None
        branch = "".join(f"/{segment}" for segment in segments)
    return None if (odd or _ODD_HERE).search(branch) else branch


_ODD_HERE = ODD_ON_WINDOWS if os.name == "nt" else ODD


class RelativePathError(ValueError):
    """A path is relative, and so would depend on where the process was started.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_static import staticfile
        >>> try:
        ...     staticfile(Request.blank("/"), Response(), "report.pdf")
        ... except RelativePathError as error:
        ...     print(error)
        'report.pdf' is a relative path: ...
    """


def absolute_path(path: str, root: str | None) -> str:
    """Return `path`, below `root` if it is relative.

    Raises:
        RelativePathError: It is relative, and there is no absolute `root`.
    """
    if os.path.isabs(path):  # noqa: PTH117 - a string stays one
        return path
    whole = os.path.join(os.path.expanduser(root or ""), os.path.expanduser(path))  # noqa: PTH111, PTH118
    if not os.path.isabs(whole):  # noqa: PTH117 - a string stays one
        raise RelativePathError(
            f"{whole!r} is a relative path: make it absolute, or set an absolute `root`"
        )
    return whole
