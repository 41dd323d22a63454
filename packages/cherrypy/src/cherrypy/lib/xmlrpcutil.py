"""Calls by XML-RPC to the running request, and the answers to them."""

from __future__ import annotations

import sys
from typing import Any

import cherrypy_tools
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError
from cherrypy_serving import serving
from cherrypy_tools import Call, patched_path

__all__ = ["XMLRPCController", "on_error", "patched_path", "process_body", "respond"]


def process_body() -> Call:
    """Return the parameters and the method of the call in the body of the running request.

    Raises:
        HTTPError: 405, calls come by POST.
        xmlrpc.client.Fault: It is no call.
    """
    request = serving.request
    if request.method != "POST":
        serving.response.headers["Allow"] = "POST"
        raise HTTPError(405)
    return cherrypy_tools.read_call(request.body.read())


def respond(body: Any, encoding: str = "utf-8", allow_none: bool = False) -> None:
    """Make the answer to a call the running response.

    Args:
        body: What the method returned, or a fault.
        encoding: The charset of the answer.
        allow_none: Write ``None``, which not every client knows.
    """
    answer = cherrypy_tools.write_result(body, encoding, bool(allow_none))
    cherrypy_tools.respond_xmlrpc(serving.response, answer)
    serving.response.headers["Content-Type"] = f"text/xml;charset={encoding}"


def on_error(
    *args: Any,  # noqa: ARG001 - documented
    encoding: str = "utf-8",
    allow_none: bool = False,
) -> None:
    """Answer with the exception that is being handled, as a fault.

    Args:
        args: Not used.
        encoding: The charset of the answer.
        allow_none: For `XMLRPCController`: write ``None``, which not every client knows.
    """
    error = sys.exception() or RuntimeError("unknown error")
    respond(cherrypy_tools.fault_of(error), encoding, allow_none)


class XMLRPCController:
    """The base of a site, or a part of one, whose exposed methods are called by XML-RPC.

    What a method raises goes to the client, as the text of a fault.
    """

    # Clients follow no redirection, and ask for "/RPC2" where they are given no path.
    _cp_config = {  # noqa: RUF012 - documented
        "tools.xmlrpc.on": True,
        "tools.trailing_slash.on": False,
    }

    @expose
    def default(self, *vpath: Any, **params: Any) -> Any:
        """Call the method that the body names, with the segments of the path before its parameters.

        Args:
            vpath: Those segments.
            params: The parameters of the query string.
        """
        call = process_body()
        method = cherrypy_tools.find_method(self, call.method)
        options = serving.request.toolmaps.get("tools", {}).get("xmlrpc", {})
        respond(
            method(*vpath, *call.params, **params),
            options.get("encoding", "utf-8"),
            options.get("allow_none", False),
        )
        return serving.response.body
