"""The bodies of requests, and what reads them, under their documented names."""

from math import inf

from cherrypy_web import (
    DEFAULT_BUFFER_SIZE,
    Entity,
    Part,
    RequestBody,
    SizedReader,
    process_multipart,
    process_multipart_form_data,
    process_urlencoded,
    unquote_plus,
)

__all__ = [
    "DEFAULT_BUFFER_SIZE",
    "Entity",
    "Part",
    "RequestBody",
    "SizedReader",
    "inf",
    "process_multipart",
    "process_multipart_form_data",
    "process_urlencoded",
    "unquote_plus",
]
