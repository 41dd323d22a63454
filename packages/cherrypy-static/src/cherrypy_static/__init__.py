"""Serve files and directories over HTTP, and nothing outside of them."""

from cherrypy_static.bodies import (
    FileBody,
    FileData,
    ShortFileError,
    file_generator,
    file_generator_limited,
)
from cherrypy_static.directory import staticdir, staticfile
from cherrypy_static.disposition import content_disposition
from cherrypy_static.media_types import guess_type
from cherrypy_static.serve import serve_download, serve_file, serve_fileobj

__all__ = [
    "FileBody",
    "FileData",
    "ShortFileError",
    "content_disposition",
    "file_generator",
    "file_generator_limited",
    "guess_type",
    "serve_download",
    "serve_file",
    "serve_fileobj",
    "staticdir",
    "staticfile",
]
