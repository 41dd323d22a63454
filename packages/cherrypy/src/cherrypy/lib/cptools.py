"""Tools that look at the request, and say something about it, change it or redirect it."""

from __future__ import annotations

import logging
import re
from functools import partial
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, ParamSpec, Unpack

import cherrypy_tools
from cherrypy.lib import csrf
from cherrypy_serving import ambient, prepared, serving
from cherrypy_tools import MonitoredHeaderMap, SessionAuthOptions
from cherrypy_web import Hook, Tool, reading, url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence

__all__ = [
    "MonitoredHeaderMap",
    "ResponseTool",
    "SessionAuth",
    "accept",
    "allow",
    "autovary",
    "convert_params",
    "flatten",
    "ignore_headers",
    "log_hooks",
    "log_request_headers",
    "log_traceback",
    "proxy",
    "redirect",
    "referer",
    "response_headers",
    "secure_headers",
    "session_auth",
    "trailing_slash",
    "validate_etags",
    "validate_since",
]

P = ParamSpec("P")

flatten = ambient(cherrypy_tools.flatten)
ignore_headers = ambient(cherrypy_tools.ignore_headers)
redirect = ambient(cherrypy_tools.redirect)


@ambient
def validate_since(request: Any, response: Any) -> None:
    """Check the dates of the running request against ``Last-Modified`` of its response.

    Args:
        request: The running request.
        response: Its response.

    Raises:
        HTTPRedirect: With status 304, the client has this version.
        HTTPError: 412, the resource was modified since the client has seen it.
    """
    cherrypy_tools.validate_since(reading(request), response)


@prepared
def accept(
    media: str | Sequence[str] | None = None, debug: bool = False
) -> Callable[[Any, Any], str | None]:
    """Return the media type that the client prefers of those that the page can emit.

    Args:
        media: A media type, or several; ``None`` tests nothing.
        debug: Report the decision.

    Raises:
        HTTPError: 406, the client accepts none of them.
    """
    offered = (media,) if isinstance(media, str) else tuple(media or ())
    return lambda request, response: cherrypy_tools.accept(
        reading(request), response, offered, debug
    )


@prepared
def allow(
    methods: str | Iterable[str] | None = None, debug: bool = False
) -> Callable[[Any, Any], None]:
    """Set ``Allow``, and refuse the running request if its method is not in it.

    Args:
        methods: A method, or several, in any case and order; GET and HEAD by default. GET brings
            HEAD with it.
        debug: Report the decision.

    Raises:
        HTTPError: 405, it is another method.
    """
    allowed = (methods,) if isinstance(methods, str) else tuple(methods or ())
    return partial(cherrypy_tools.allow, methods=allowed, debug=debug)


@prepared
def referer(
    pattern: str | re.Pattern[str],
    accept: bool = True,
    accept_missing: bool = False,
    error: int | str = 403,
    message: str = "Forbidden Referer header.",
    debug: bool = False,
) -> Callable[[Any, Any], None]:
    """Refuse the running request if its ``Referer`` does not match, or does.

    Args:
        pattern: A regular expression that is matched from the beginning of the field.
        accept: Take requests that match; if false, those that do not.
        accept_missing: Take requests without the field.
        error: The status of the refusal.
        message: What the refusal says.
        debug: Report the decision.

    Raises:
        HTTPError: ``error``, the request is refused.
        ValueError: ``pattern`` is no regular expression.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as fault:
        raise ValueError(f"{pattern!r} is no regular expression: {fault}") from fault
    options = (compiled, accept, accept_missing, error, message, debug)
    return lambda request, response: cherrypy_tools.referer(reading(request), response, *options)


@prepared
def response_headers(
    headers: cherrypy_tools.HeaderItems | None = None,
    debug: bool = False,  # noqa: ARG001 - documented option
) -> Callable[[Any, Any], None]:
    """Set header fields of the running response, in place of those of the same names.

    Args:
        headers: Pairs of name and value, or a mapping of them.
        debug: Accepted for the documented signature.

    Raises:
        ValueError: A name is not a token, or a value holds a control character.
    """
    fields = cherrypy_tools.checked_fields(headers)

    def set_fields(request: Any, response: Any) -> None:  # noqa: ARG001 - every tool takes both
        for name, value in fields:
            response.headers[name] = value

    return set_fields


# Also where another hook of the point refuses the request: they may be what protects its visitor.


response_headers.failsafe = True  # type: ignore[attr-defined]  # what `cherrypy_web.Hook` asks


@prepared
def secure_headers(
    headers: Mapping[str, str | None] | None = None, hsts: int | None = None
) -> Callable[[Any, Any], None]:
    """Set the header fields that ask browsers for protection, where the response has none.

    The options are those of `cherrypy_tools.secure_headers`.

    Raises:
        ValueError: A name is no header name, a value holds a control character, or ``hsts`` is
            negative.
    """
    fields = cherrypy_tools.secure_fields(headers, hsts)
    return lambda _request, response: cherrypy_tools.set_missing(response, fields)


class ResponseTool(Tool[P]):
    """A tool for every response, also for the one to an unexpected error.

    Args:
        callable: What to call; see `Tool`.
        priority: See `Tool`.
    """

    def __init__(
        self,
        callable: Callable[P, object],  # noqa: A002 - the documented name
        priority: float = 50,
    ) -> None:
        super().__init__("before_finalize", callable, priority=priority)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook, at the point before a response and at the one before an error's."""
        hook = self._hook(self.callable, options)
        return [(self._point, hook), ("after_error_response", hook)]


def log_traceback(severity: int = logging.ERROR, debug: bool = False) -> None:  # noqa: ARG001 - documented option
    """Write the error that is being handled to the error log, with its traceback.

    Args:
        severity: The level of the record.
        debug: Accepted for the documented signature.
    """
    serving.request.app.log("", "HTTP", severity=severity, traceback=True)


def log_request_headers(
    debug: bool = False,  # noqa: ARG001 - documented option
    *,
    hidden: Collection[str] = (),
) -> None:
    """Write the header fields of the request to the error log.

    Args:
        debug: Accepted for the documented signature.
        hidden: Names of fields whose values are left out, such as ``Authorization``.
    """
    request = serving.request
    request.app.log(cherrypy_tools.request_headers_text(request.header_list, hidden), "HTTP")


def log_hooks(debug: bool = False) -> None:  # noqa: ARG001 - documented option
    """Write the hooks of the request to the error log, by their points, in the order of their runs.

    Args:
        debug: Accepted for the documented signature.
    """
    request = serving.request
    lines = [f"\nRequest Hooks for {url(relative=False)}:"]
    for point in request.hooks:
        lines.append(f"    {point}:")
        lines += [f"        {hook!r}" for hook in request.hooks.ordered(point)]
    request.app.log("\n".join(lines), "HTTP")


@ambient
def trailing_slash(
    request: Any,
    response: Any,
    missing: bool = True,
    extra: bool = False,
    status: int | None = None,
    debug: bool = False,
) -> None:
    """Redirect where the trailing slash of a path is missing, or one too many.

    Args:
        request: The running request.
        response: Its response.
        missing: Redirect index pages that were asked for without the slash.
        extra: Redirect other pages that were asked for with one.
        status: The status of the redirection; 301 by default.
        debug: Report the decision.

    Raises:
        HTTPRedirect: To the same url with the slash put right.
    """
    is_index = request.is_index
    if is_index is not None and (request.path_info[-1:] == "/") is not is_index:
        cherrypy_tools.trailing_slash(
            request, response, missing, extra, status, debug, is_index=is_index
        )


@ambient
def validate_etags(
    request: Any, response: Any, autotags: bool = False, debug: bool = False
) -> None:
    """Check the entity-tags of the request against that of the response.

    Args:
        request: The running request.
        response: Its response.
        autotags: Give a successful response without an entity-tag the hash of its body as one,
            unless it is a stream.
        debug: Report the decisions.

    Raises:
        HTTPRedirect: With status 304, if the client has this version.
        HTTPError: 412, if it asked for another one.
    """
    stream = response.stream
    cherrypy_tools.validate_etags(reading(request), response, autotags, debug, stream=stream)


@prepared
def proxy(
    base: str | None = None,
    local: str = "X-Forwarded-Host",
    remote: str = "X-Forwarded-For",
    scheme: str = "X-Forwarded-Proto",
    debug: bool = False,
    *,
    trusted: str | Sequence[str] | None = None,
    hops: int | None = None,
    forwarded: bool = False,
) -> Callable[[Any, Any], None]:
    """Set ``request.base`` and ``request.remote.ip`` to what the proxies on the way tell.

    The options are those of `cherrypy_tools.proxy`. Without ``trusted``, whoever reaches this
    server is believed.

    Raises:
        HTTPError: 400, a header that is believed holds no scheme or no host.
        ValueError: A member of ``trusted`` is no network, or ``hops`` is below 1.
    """
    cherrypy_tools.believed_peers(trusted, hops)

    def learn(request: Any, response: Any) -> None:
        origin = cherrypy_tools.proxy(
            reading(request),
            response,
            base,
            local,
            remote,
            scheme,
            debug,
            own_base=request.base,
            peer=request.remote.ip,
            trusted=trusted,
            hops=hops,
            forwarded=forwarded,
        )
        request.base = origin.base
        if origin.remote_ip is not None:
            request.remote.ip = request.remote.name = origin.remote_ip

    return learn


_vary = ambient(cherrypy_tools.autovary)


@ambient
def autovary(
    request: Any,
    response: Any,  # noqa: ARG001 - every tool takes the exchange
    ignore: Collection[str] | None = None,
    debug: bool = False,
) -> None:
    """Let ``Vary`` name the header fields that are looked at from here on.

    Args:
        request: The running request; its headers are replaced by a map that takes notes.
        response: Its response.
        ignore: Names that do not count; by default those that describe the body that was sent.
        debug: Report the names.
    """
    request.base = request.base  # a cache knows the host already, so reading that shall not count
    request.headers = MonitoredHeaderMap(request.headers)
    request.hooks.attach("before_finalize", _vary, priority=95, ignore=ignore, debug=debug)


@ambient
def convert_params(
    request: Any,
    response: Any,  # noqa: ARG001 - every tool takes the exchange
    exception: type[BaseException] | tuple[type[BaseException], ...] = ValueError,
    error: int | str = 400,
) -> None:
    """Convert the parameters of the request as the annotations of its page say.

    Args:
        request: The running request.
        response: Its response.
        exception: What a converter raises for a value that it cannot convert.
        error: The status of the response then.

    Raises:
        HTTPError: ``error``, with every parameter that could not be converted.
    """
    page = getattr(request.handler, "callable", None)
    if page is not None:
        found = cherrypy_tools.convert_params(request.params, page, exception, error)
        request.params.update(found)


class _RunningVisit:
    """The running request, as a login needs it."""

    @property
    def request(self) -> Any:
        return serving.request

    @property
    def response(self) -> Any:
        return serving.response

    @property
    def url(self) -> str:
        return url(qs=serving.request.query_string, relative=False)

    @property
    def params(self) -> dict[str, Any]:
        params: dict[str, Any] = serving.request.params
        return params

    @property
    def session(self) -> MutableMapping[str, Any]:
        session: MutableMapping[str, Any] = serving.session
        return session

    @property
    def form_fields(self) -> dict[str, str]:
        config = serving.request.config or {}
        if not config.get("tools.csrf.on"):
            return {}
        return {config.get("tools.csrf.field", csrf.FIELD): csrf.new_token()}

    def renew_session(self) -> None:
        serving.session.regenerate()

    def set_login(self, username: str | None) -> None:
        serving.request.login = username


_visit = _RunningVisit()


class SessionAuth(cherrypy_tools.SessionAuth):
    """Assert that the user of the running request is logged in; see `cherrypy_tools.SessionAuth`.

    The tool ``sessions`` has to be on.
    """

    visit = _visit


def session_auth(**kwargs: Unpack[SessionAuthOptions]) -> bool:
    """Answer the pages of the login, and let only users in who have logged in.

    Args:
        kwargs: Attributes of `SessionAuth`, and functions in place of its methods.

    Returns:
        Whether the response is complete.
    """
    return cherrypy_tools.session_auth(_visit, **kwargs)


# What is said of it, and what config is compared with.
session_auth.__signature__ = Signature(  # type: ignore[attr-defined]  # what inspect looks for
    [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None)
        for name in sorted(SessionAuthOptions.__annotations__)
    ]
)
