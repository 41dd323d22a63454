"""Serve files and directories over HTTP, and nothing outside of them."""

from cherrypy_static.advice import directory_advice, file_advice
from cherrypy_static.bodies import (
    FileBody,
    FileData,
    ShortFileError,
    by_server,
    file_generator,
    file_generator_limited,
)
from cherrypy_static.directory import StaticDirectory, staticdir
from cherrypy_static.disposition import content_disposition
from cherrypy_static.media_types import guess_type
from cherrypy_static.paths import RelativePathError
from cherrypy_static.serve import serve_download, serve_file, serve_fileobj
from cherrypy_static.single import StaticFile, staticfile

__all__ = [
    "FileBody",
    "FileData",
    "RelativePathError",
    "ShortFileError",
    "StaticDirectory",
    "StaticFile",
    "by_server",
    "content_disposition",
    "directory_advice",
    "file_advice",
    "file_generator",
    "file_generator_limited",
    "guess_type",
    "serve_download",
    "serve_file",
    "serve_fileobj",
    "staticdir",
    "staticfile",
]
