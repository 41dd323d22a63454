"""Files as answers to the running request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cherrypy_static
from cherrypy_serving import ambient, prepared
from cherrypy_web import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    Serve: TypeAlias = Callable[[Any, Any], bool]
    """Serves a file to a request, or returns False."""

__all__ = ["advice", "serve_download", "serve_file", "serve_fileobj", "staticdir", "staticfile"]

serve_file: Final = ambient(cherrypy_static.serve_file)
serve_fileobj: Final = ambient(cherrypy_static.serve_fileobj)
serve_download: Final = ambient(cherrypy_static.serve_download)


@prepared
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
    precompressed: bool = False,
) -> Serve:
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
        return _refusing(_nothing_to_serve("staticdir", "dir", "directory"))
    try:
        directory = cherrypy_static.StaticDirectory(
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
    except cherrypy_static.RelativePathError as error:
        return _refusing(str(error))
    return _reading_only(directory)


@prepared
def staticfile(
    filename: str = "",
    root: str | None = None,
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    debug: bool = False,
    *,
    etag: bool = False,
    max_age: int | None = None,
    precompressed: bool = False,
) -> Serve:
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
        return _refusing(_nothing_to_serve("staticfile", "filename", "file"))
    try:
        file = cherrypy_static.StaticFile(
            filename,
            root,
            match,
            content_types,
            debug,
            etag=etag,
            max_age=max_age,
            precompressed=precompressed,
        )
    except cherrypy_static.RelativePathError as error:
        return _refusing(str(error))
    return _reading_only(file)


def _reading_only(serve: Serve) -> Serve:
    """Return what serves without parsing the header fields that nobody asks for."""
    return lambda request, response: serve(reading(request), response)


def _refusing(message: str) -> Serve:
    """Return what makes it an error of each request, as documented, that nothing can be served."""

    def refuse(_request: Any, _response: Any) -> bool:
        raise ValueError(message)

    return refuse


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
