"""Files as answers to the running request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cherrypy_static
from cherrypy_serving import ambient, serving

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["serve_download", "serve_file", "serve_fileobj", "staticdir", "staticfile"]

serve_file = ambient(cherrypy_static.serve_file)
serve_fileobj = ambient(cherrypy_static.serve_fileobj)
serve_download = ambient(cherrypy_static.serve_download)
staticfile = ambient(cherrypy_static.staticfile)


def staticdir(
    section: str = "",
    dir: str = "",  # noqa: A002 - the documented name
    root: str = "",
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    index: str = "",
    debug: bool = False,
    *,
    follow_symlinks: bool = False,
    dotfiles: bool = False,
    etag: bool = False,
    max_age: int | None = None,
) -> bool:
    """Serve the file that the running request's path names below a directory.

    Args:
        section: The path that stands for the directory; config sets it to its own section.
        dir: The directory, absolute or below ``root``.
        root: An absolute directory.
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension.
        index: The name of a file to serve for a directory.
        debug: Report decisions.
        follow_symlinks: Follow links that lead out of the directory.
        dotfiles: Serve names that begin with a dot.
        etag: Send strong entity-tags.
        max_age: Seconds for ``Cache-Control: max-age``.

    Returns:
        Whether a file was served.

    Raises:
        ValueError: No directory is given, or it is relative and there is no absolute ``root``.
    """
    if not dir:
        raise ValueError(
            "tools.staticdir is on, but nothing says which directory to serve; "
            "set tools.staticdir.dir to its path"
        )
    return cherrypy_static.staticdir(
        serving.request,
        serving.response,
        section,
        dir,
        root,
        match,
        content_types,
        index,
        debug,
        follow_symlinks=follow_symlinks,
        dotfiles=dotfiles,
        etag=etag,
        max_age=max_age,
    )
