"""Files as answers to the running request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cherrypy_static
from cherrypy_serving import ambient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

__all__ = ["advice", "serve_download", "serve_file", "serve_fileobj", "staticdir", "staticfile"]

serve_file = ambient(cherrypy_static.serve_file)
serve_fileobj = ambient(cherrypy_static.serve_fileobj)
serve_download = ambient(cherrypy_static.serve_download)


@ambient
def staticdir(
    request: RequestMessage,
    response: ResponseMessage,
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
    precompressed: bool = False,
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
        precompressed: Serve ``.br``, ``.zst`` and ``.gz`` siblings to clients that take them.

    Returns:
        Whether a file was served.

    Raises:
        ValueError: No directory is given, or it is relative and there is no absolute ``root``.
    """
    if not dir:
        raise ValueError(_nothing_to_serve("staticdir", "dir", "directory"))
    return cherrypy_static.staticdir(
        request,
        response,
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
        precompressed=precompressed,
    )


@ambient
def staticfile(
    request: RequestMessage,
    response: ResponseMessage,
    filename: str = "",
    root: str | None = None,
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    debug: bool = False,
    *,
    etag: bool = False,
    max_age: int | None = None,
    precompressed: bool = False,
) -> bool:
    """Serve one file to the running request, whatever its path is.

    Args:
        filename: The file, absolute or below ``root``.
        root: An absolute directory.
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension.
        debug: Report decisions.
        etag: Send a strong entity-tag.
        max_age: Seconds for ``Cache-Control: max-age``.
        precompressed: Serve ``.br``, ``.zst`` and ``.gz`` siblings to clients that take them.

    Returns:
        Whether the file was served.

    Raises:
        ValueError: No file is given, or it is relative and there is no absolute ``root``.
    """
    if not filename:
        raise ValueError(_nothing_to_serve("staticfile", "filename", "file"))
    return cherrypy_static.staticfile(
        request,
        response,
        filename,
        root,
        match,
        content_types,
        debug,
        etag=etag,
        max_age=max_age,
        precompressed=precompressed,
    )


def _nothing_to_serve(tool: str, option: str, kind: str) -> str:
    return (
        f"tools.{tool} is on, but nothing says which {kind} to serve; "
        f"set tools.{tool}.{option} to its path"
    )


def advice(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the static files that a config serves, a sentence for each fault.

    Args:
        config: The config in force for a path, all layers merged. The file system is looked at.
    """
    if config.get("tools.staticdir.on"):
        options = config.get("tools.staticdir.dir"), config.get("tools.staticdir.root")
        yield from (f"tools.staticdir: {one}" for one in cherrypy_static.directory_advice(*options))
    if config.get("tools.staticfile.on"):
        options = config.get("tools.staticfile.filename"), config.get("tools.staticfile.root")
        yield from (f"tools.staticfile: {one}" for one in cherrypy_static.file_advice(*options))
