"""A client that calls a WSGI application in this thread: no port, no server, nothing to wait for.

Each request runs the application to the end of its body and closes it, unless one streams it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Final, TypeAlias, TypedDict, Unpack
from urllib.parse import urlencode, urljoin, urlsplit
from wsgiref.validate import validator

from cherrypy_testing.bodies import Body, Fields, Upload, encode_body, pairs
from cherrypy_testing.call import Call, Environ, WSGIApplication
from cherrypy_testing.cookies import Cookies
from cherrypy_testing.environ import make_environ
from cherrypy_testing.response import Response

HeaderFields: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""Header fields by name, or as pairs where one stands several times."""

MAX_REDIRECTS = 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SAME_METHOD = frozenset({307, 308})


class TooManyRedirectsError(AssertionError):
    """The application redirected again and again.

    Examples:
        >>> def in_circles(environ, start_response):
        ...     start_response("303 See Other", [("Location", "/")])
        ...     return []
        >>> try:
        ...     Client(in_circles).get("/", follow_redirects=True)
        ... except TooManyRedirectsError as error:
        ...     print(error)
        More than 20 redirections: (<Response '303 See Other' of http://localhost/>, ...
    """


class RequestOptions(TypedDict, total=False):
    """What a request may have beside method and URL.

    Examples:
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [])
        ...     return [environ["QUERY_STRING"].encode()]
        >>> options: RequestOptions = {"params": {"tag": ["a", "b"]}}
        >>> Client(application).get("/", **options).text
        'tag=a&tag=b'
    """

    params: Fields
    """What to append to the query string."""

    data: Fields | bytes | str
    """Form fields, or the body as it is."""

    json: Any
    """What to send as JSON."""

    files: Mapping[str, Upload] | Iterable[tuple[str, Upload]]
    """Files to send in a form, by the name of their field."""

    headers: HeaderFields
    """Header fields; they go before those of the client."""

    environ: Environ
    """Variables for the environ, whatever it has otherwise."""

    follow_redirects: bool
    """Whether to ask again where the application says, instead of what the client does."""


_OPTIONS: Final = frozenset(RequestOptions.__annotations__)


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Body
    environ: Environ


class Client:
    """Ask a WSGI application, as a browser does: cookies are kept, redirections can be followed.

    Args:
        application: What to ask.
        base_url: Scheme, host and port for paths.
        headers: Fields for every request.
        environ: Variables for the environ of every request.
        follow_redirects: Whether to ask again where the application says.
        validate: Whether to have `wsgiref.validate` check that the application keeps the rules.

    Attributes:
        cookies: What the application set.

    Examples:
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [environ["PATH_INFO"].encode()]
        >>> Client(application).get("/hello").text
        '/hello'
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        base_url: str = "http://localhost",
        headers: HeaderFields = (),
        environ: Environ | None = None,
        follow_redirects: bool = False,
        validate: bool = False,
    ) -> None:
        self.application: WSGIApplication = validator(application) if validate else application
        self.base_url: str = base_url.rstrip("/")
        self.headers: list[tuple[str, str]] = pairs(headers)
        self.environ: Environ = environ or {}
        self.follow_redirects = follow_redirects
        self.cookies: Cookies = Cookies()

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask, and return the whole answer.

        Args:
            method: The method.
            url: A path, or a whole URL, whose host the application then sees.
            options: See `RequestOptions`.

        Raises:
            WSGIError: The application broke a rule of WSGI.
            TooManyRedirectsError: There were more than 20 redirections.
            TypeError: There is no such option.
            Exception: Whatever the application raised.
        """
        with self.stream(method, url, **options) as response:
            return response.read()

    @contextmanager
    def stream(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> Iterator[Response]:
        """Ask, and give the answer once its first piece is there; the rest is made while one reads.

        Leaving the `with` block closes the application's iterable, as a client does that goes away.
        Parameters and errors are those of `request`.
        """
        follow = options.get("follow_redirects", self.follow_redirects)
        request = self._prepare(method, url, options)
        history: tuple[Response, ...] = ()
        while True:
            with self._send(request, history) as response:
                following = _redirected(request, response) if follow else None
                if following is None:
                    yield response
                    return
                history = (*history, response.read())
            if len(history) > MAX_REDIRECTS:
                raise TooManyRedirectsError(f"More than {MAX_REDIRECTS} redirections: {history!r}")
            request = following

    def get(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with GET."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with HEAD."""
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with POST."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with PUT."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with PATCH."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with DELETE."""
        return self.request("DELETE", url, **options)

    def options(self, url: str, **options: Unpack[RequestOptions]) -> Response:
        """Ask with OPTIONS."""
        return self.request("OPTIONS", url, **options)

    def _prepare(self, method: str, url: str, options: RequestOptions) -> _Request:
        if unknown := ", ".join(sorted(options.keys() - _OPTIONS)):
            known = ", ".join(sorted(_OPTIONS))
            raise TypeError(f"a request has no option {unknown}; it has {known}")
        body = encode_body(options.get("data"), options.get("json"), options.get("files"))
        own = pairs(options.get("headers", ()))
        given = {name.lower() for name, _ in own}
        defaults = [pair for pair in self.headers if pair[0].lower() not in given]
        return _Request(
            method,
            self._whole_url(url, pairs(options.get("params", ()))),
            (*defaults, *own),
            body,
            self.environ | options.get("environ", {}),
        )

    def _whole_url(self, url: str, params: list[tuple[str, str]]) -> str:
        if url.startswith("/"):
            url = self.base_url + url
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(
                f"A URL is a path that begins with '/', or begins with http://: {url!r}"
            )
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        return url

    @contextmanager
    def _send(self, request: _Request, history: tuple[Response, ...]) -> Iterator[Response]:
        errors = io.StringIO()
        headers = list(request.headers)
        cookie = self.cookies.field(request.url)
        if cookie and not any(name.lower() == "cookie" for name, _ in headers):
            headers.append(("Cookie", cookie))
        environ = make_environ(request.method, request.url, headers, request.body, errors)
        call = Call(self.application, environ | request.environ)
        with closing(call.pieces()) as pieces:
            first = list(islice(pieces, 1))
            self.cookies.keep(request.url, call.headers.get_all("Set-Cookie"))
            yield Response(
                call.status,
                call.headers,
                chain(first, pieces),
                url=request.url,
                history=history,
                errors=errors,
            )


def _redirected(request: _Request, response: Response) -> _Request | None:
    """Return the request to make next, or None if the answer is none to follow (RFC 9110, 15.4)."""
    location = response.headers.get("Location")
    if response.status_code not in REDIRECTS or location is None:
        return None
    url = urljoin(request.url, location)
    keeps = response.status_code in SAME_METHOD or request.method in {"GET", "HEAD"}
    if keeps or (response.status_code != 303 and request.method != "POST"):  # noqa: PLR2004 - See Other
        return replace(request, url=url)
    headers = tuple(each for each in request.headers if not each[0].lower().startswith("content-"))
    return replace(request, method="GET", url=url, headers=headers, body=Body())
