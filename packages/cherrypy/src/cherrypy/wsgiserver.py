"""The HTTP server of other programs, by its older name: cheroot, without a site and a bus.

Libraries compare with these classes, so they are cheroot's own.
"""

from cheroot.errors import MaxSizeExceeded
from cheroot.server import (
    ChunkedRFile,
    Gateway,
    HTTPConnection,
    HTTPRequest,
    HTTPServer,
    KnownLengthRFile,
    SizeCheckWrapper,
    get_ssl_adapter_class,
)
from cheroot.workers.threadpool import ThreadPool, WorkerThread
from cheroot.wsgi import Gateway as WSGIGateway
from cheroot.wsgi import Gateway_10 as WSGIGateway_10
from cheroot.wsgi import Gateway_u0 as WSGIGateway_u0
from cheroot.wsgi import PathInfoDispatcher as WSGIPathInfoDispatcher
from cheroot.wsgi import Server as CherryPyWSGIServer

__all__ = [
    "CherryPyWSGIServer",
    "ChunkedRFile",
    "Gateway",
    "HTTPConnection",
    "HTTPRequest",
    "HTTPServer",
    "KnownLengthRFile",
    "MaxSizeExceeded",
    "SizeCheckWrapper",
    "ThreadPool",
    "WSGIGateway",
    "WSGIGateway_10",
    "WSGIGateway_u0",
    "WSGIPathInfoDispatcher",
    "WorkerThread",
    "get_ssl_adapter_class",
]
