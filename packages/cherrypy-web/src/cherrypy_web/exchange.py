"""What HTTP errors do with the running request: the web's side of their seam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urljoin

from cherrypy_httputil import HTTPError, HTTPRedirect, set_exchange_provider
from cherrypy_serving import UnboundError, serving
from cherrypy_web.errorformats import HTML
from cherrypy_web.errorpages import error_page, format_exc
from cherrypy_web.markup import escape
from cherrypy_web.urls import has_dots
from cherrypy_web.urls import url as absolute

if TYPE_CHECKING:
    from cherrypy_httputil import HeaderMap
    from cherrypy_web.request import Request
    from cherrypy_web.response import Response

__all__ = ["RunningExchange", "clean_headers", "get_error_page"]

INTERNAL: Final = 500

#: What describes the content that an error response does not send.
_OF_THE_CONTENT: Final = frozenset(
    {
        "Accept-Ranges",
        "Age",
        "Etag",
        "Location",
        "Retry-After",
        "Vary",
        "Content-Encoding",
        "Content-Length",
        "Expires",
        "Content-Location",
        "Content-Md5",
        "Last-Modified",
        "Content-Range",
    }
)
#: What a 304 does not say: the client has it, or it is not of what the client has (RFC 9110,
#: 15.4.5). The media type goes with `finalize`; until then, hooks can see it. The names are as a
#: header map keeps them.
_NOT_IN_304: Final = frozenset(
    {
        "Allow",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Md5",
        "Content-Range",
        "Location",
    }
)
#: What a url may hold already (RFC 3986, 2), and what people write into one all the same.
_STAYS: Final = "".join(chr(code) for code in range(33, 127))

#: How a page introduces the link to where a redirection leads.
_LEADS: Final = {
    300: "This resource can be found at ",
    301: "This resource has permanently moved to ",
    302: "This resource resides temporarily at ",
    303: "This resource can be found at ",
    307: "This resource has moved temporarily to ",
    308: "This resource has permanently moved to ",
}

_set = dict.__setitem__


class RunningExchange:
    """The running request and its response, as HTTP errors need them."""

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self._response = response

    def redirect_status(self) -> int:
        """Return 303, or 302 for clients that speak HTTP/1.0."""
        return 303 if self._request.protocol >= (1, 1) else 302

    def absolute_url(self, url: str) -> str:
        """Return a url resolved against the one of the request (RFC 3986, 5.2)."""
        if url[:1] == "/" and url[1:2] != "/" and not has_dots(url):
            base: str = self._request.base
            return base + url
        return urljoin(absolute(relative=False), url)

    def path(self) -> str:
        """Return the whole path of the request."""
        return self._request.script_name + self._request.path_info

    def error_page(self, status: Any, **fields: Any) -> bytes:
        """Return the page for a status, the application's own where it has one."""
        request, headers = self._request, self._response.headers
        version = fields.pop("version", None) or self._response.server_header.partition("/")[2]
        body, content_type, is_negotiated = error_page(
            status,
            request.error_page,
            version,
            accept=request.peek_header("Accept"),
            instance=self.path(),
            on_failure=self._log_failure,
            shows_failure=request.show_tracebacks,
            **fields,
        )
        if content_type is not None:
            _set(headers, "Content-Type", content_type)
        elif headers.get("Content-Type", "text/html") == "text/html":
            _set(headers, "Content-Type", HTML)  # the page says nothing, and nobody before it did
        if is_negotiated:
            _vary(headers, "Accept")
        return body

    def _log_failure(self) -> None:
        if self._request.app is not None:
            self._request.app.log.failure()

    def set_error_response(self, error: HTTPError) -> None:
        """Make an error response of the running one."""
        response = self._response
        _forget_content(response, error.code)
        response.status = f"{error.code} {error.reason}"
        # Where a traceback helps, something is wrong here, not with the request.
        shows = self._request.show_tracebacks and error.code >= INTERNAL
        trace = format_exc() if shows else None
        response.body = error.get_error_page(error.status, traceback=trace, message=error.message)

    def set_redirect_response(self, redirect: HTTPRedirect) -> None:
        """Make a redirection of the running response."""
        response = self._response
        headers = response.headers
        response.status = redirect.status
        response.body = None
        if redirect.status == 304:  # noqa: PLR2004 - Not Modified
            for name in _NOT_IN_304.intersection(headers):
                del headers[name]
            return
        headers["Location"] = _quoted(redirect.urls[0])
        headers.pop("Content-Length", None)
        if lead := _LEADS.get(redirect.status):
            _set(headers, "Content-Type", HTML)
            response.body = "<br />\n".join(_link(lead, each) for each in redirect.urls).encode()


def _vary(headers: HeaderMap, name: str) -> None:
    if not dict.__contains__(headers, "Vary"):
        _set(headers, "Vary", name)
        return
    known = headers.values("Vary")
    if "*" not in known and name.lower() not in map(str.lower, known):
        headers["Vary"] = ", ".join([*known, name])


def _quoted(url: str) -> str:
    plain = url.isascii() and url.isprintable() and " " not in url
    return url if plain else quote(url, safe=_STAYS)


def _link(lead: str, url: str) -> str:
    quoted = escape(url)
    return f'{lead}<a href="{quoted}">{quoted}</a>.'


def get_error_page(status: int | str | None, **kwargs: Any) -> bytes:
    """Return the page for a status as the running request would answer with it.

    Args:
        status: A code, or a code and a reason.
        kwargs: ``message``, ``traceback`` and ``version``, where they are not the usual ones.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from cherrypy_httputil import Host
        >>> from cherrypy_web import Request, Response
        >>> _ = serving.load(Request(Host("::1", 80), Host("::1", 4711)), Response())
        >>> b"<p>No such bird</p>" in get_error_page(404, message="No such bird")
        True
        >>> serving.clear()
    """
    return RunningExchange(serving.request, serving.response).error_page(status, **kwargs)


def clean_headers(status: int) -> None:
    """Remove the fields of the running response that described what will not be sent.

    Args:
        status: The code that is sent instead.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from cherrypy_web import Response
        >>> _ = serving.load(None, Response())
        >>> serving.response.headers["ETag"] = '"of the page"'
        >>> clean_headers(404)
        >>> "ETag" in serving.response.headers
        False
        >>> serving.clear()
    """
    _forget_content(serving.response, status)


def _forget_content(response: Response, code: int) -> None:
    headers = response.headers
    if _OF_THE_CONTENT.isdisjoint(headers):
        return
    for name in _OF_THE_CONTENT:
        # The Content-Range of a 416 tells the length (RFC 9110, 15.5.17).
        if not (name == "Content-Range" and code == 416):  # noqa: PLR2004 - as it says
            headers.pop(name, None)


def _running() -> RunningExchange | None:
    try:
        request = serving.request
    except UnboundError:
        return None
    return RunningExchange(request, serving.response) if request.app else None


set_exchange_provider(_running)
