"""The life of a request, from its first line to the last byte of the answer.

`Request.respond` is the order of events that the documentation promises; nothing is computed before
a stage that needs it. Users override any of the public methods, so each of them is called as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import (
    HTTPError,
    HTTPRedirect,
    NotFound,
    TimeoutError,  # noqa: A004 - the documented name
    TooManyFieldsError,
    parse_query_string,
    protocol_from_http,
)
from cherrypy_serving import serving
from cherrypy_web.absent import Absent
from cherrypy_web.environ import EnvironHeaders, find_bad_percent, is_authority
from cherrypy_web.errorpages import bare_error, format_exc
from cherrypy_web.handlers import BoundPageHandler
from cherrypy_web.requestdata import HTTP_1_1, RequestData
from cherrypy_web.response import close_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cherrypy_dispatch import Fields
    from cherrypy_web.application import Application
    from cherrypy_web.hooks import Hook, PlannedHooks
    from cherrypy_web.response import Response

__all__ = ["Request"]

_bound: Final = serving.capture


class Request(RequestData):
    """One request, and its life.

    Args:
        local_host: Where the request came in.
        remote_host: Who sent it.
        scheme: ``http`` or ``https``.
        server_protocol: The highest version that the server speaks, such as ``HTTP/1.1``.

    Examples:
        >>> from cherrypy_serving import serving
        >>> import webob
        >>> from cherrypy_web import Application
        >>> class Root:
        ...     def index(self, page):
        ...         request = serving.request
        ...         return f"{request.method} {request.path_info} {request.params}".encode()
        ...     index.exposed = True
        >>> webob.Request.blank("/?page=2").get_response(Application(Root())).body
        b"GET / {'page': '2'}"
    """

    handler: Any
    stage: str | None
    script_name: str
    path_info: str
    is_index: bool | None
    protocol: tuple[int, int]

    json: Any = Absent(
        "decorate the page with @cherrypy.tools.json_in(), or turn that on in config; a request "
        "without a body, such as GET, has none"
    )

    def run(
        self,
        method: str,
        path: str,
        query_string: str,
        req_protocol: str,
        headers: Iterable[tuple[str, str]],
        rfile: Any,
    ) -> Response:
        """Answer the request, whatever happens.

        Args:
            method: The method, such as ``GET``.
            path: The whole path, decoded; it begins with the script name.
            query_string: What follows the ``?``, as it came.
            req_protocol: The version that the client speaks, such as ``HTTP/1.1``.
            headers: The header fields, as pairs of name and value.
            rfile: The body, a file of bytes.

        Returns:
            The bound response, finalized. Its body may be an iterator that is yet to run.

        Raises:
            BaseException: One of ``throws``; with ``throw_errors``, any error.
        """
        self.stage = "run"
        if self.early_names:
            self._forget_early()
        if self.wsgi_environ is None and self.app is not None:
            self.script_name = self.app.script_name
        response: Response = _bound().response
        self._response = response
        self.method = method
        self.query_string = query_string
        self.request_protocol = req_protocol
        self.rfile = rfile
        self._fields = headers
        if type(headers) is EnvironHeaders:
            self._environ = headers.environ
        script_name = self.script_name
        self.path_info = path[len(script_name) :] if script_name else path or "/"
        try:
            self.respond(self.path_info)
        except self.throws:
            raise
        except Exception:
            if self.throw_errors:
                raise
            self._give_up(response)
        if method == "HEAD":
            before, response.body = response.body, []
            self._close_body(before)
        if self.app is not None:
            try:
                self.app.log.write_access(self, response)
            except Exception:  # noqa: BLE001 - a broken log must not take the answer away
                self.app.log.failure()
        return response

    def respond(self, path_info: str) -> None:  # noqa: C901, PLR0912, PLR0915 - the order of events
        """Find the handler, run the hooks of each stage around it, and finalize the response.

        Args:
            path_info: The path below the application.
        """
        response = self._response
        try:
            try:
                if self.app is None:
                    raise NotFound
                if not self.request_protocol == self.server_protocol == "HTTP/1.1":
                    self._agree_on_protocol()
                self.stage = "process_headers"
                self.process_headers()
                self.stage = "get_resource"
                self.get_resource(path_info)
                # Most points have no hook: asking first spares each of them a call.
                planned = self._configure()
                if self.own_hooks:
                    self._reach("on_start_resource")
                elif hooks := planned["on_start_resource"]:
                    self.stage = "on_start_resource"
                    hooks.run(self, response)
                self.stage = "process_query_string"
                self.process_query_string()
                if response.timed_out:
                    raise TimeoutError
                if self.method not in self.methods_with_bodies:
                    self.process_request_body = False
                if planned["before_request_body"] or self.own_hooks:
                    self._reach("before_request_body")
                if self.process_request_body:
                    self.stage = "process_body"
                    self.body.process()
                if response.timed_out:
                    raise TimeoutError
                if self.own_hooks:
                    self._reach("before_handler")
                elif hooks := planned["before_handler"]:  # the usual case: some tools are always on
                    self.stage = "before_handler"
                    hooks.run(self, response)
                if self.handler:
                    self.stage = "handler"
                    response.body = self.handler()
                if response.timed_out:
                    raise TimeoutError
                if planned["before_finalize"] or self.own_hooks:
                    self._reach("before_finalize")
                response.finalize()
            except (HTTPError, HTTPRedirect) as answer:
                self._replace_body(answer.set_response)
                self._reach("before_finalize")
                response.finalize()
                # Its frames refer to the handler, which may be this error: that would be a cycle.
                answer.__traceback__ = None
            finally:
                if self._planned_hooks["on_end_resource"] or self.own_hooks:
                    self._reach("on_end_resource")
        except self.throws:
            raise
        except Exception:
            if self.throw_errors:
                raise
            self.handle_error()

    def hooks_at(self, point: str) -> Sequence[Hook]:
        """Return the hooks of a point in the order in which they run, as far as they are known now.

        Raises:
            LookupError: There is no such point.
        """
        own = self.own_hooks
        return self._planned_hooks[point] if own is None else sorted(own[point])

    def _reach(self, point: str) -> None:
        self.stage = point
        if self.own_hooks is not None:
            self.own_hooks.run(point)
        elif hooks := self._planned_hooks[point]:
            hooks.run(self, self._response)

    def process_headers(self) -> None:
        """Check the header fields that every request must have.

        Raises:
            HTTPError: 400, there is no ``Host`` in HTTP/1.1, or it is malformed (RFC 9112, 3.2).
        """
        environ = self.wsgi_environ
        host = self.peek_header("Host") if environ is None else environ.get("HTTP_HOST")
        if not host:
            if self.protocol >= HTTP_1_1:
                raise HTTPError(400, "HTTP/1.1 requires a 'Host' request header.")
        elif not is_authority(host):
            raise HTTPError(400, f"The request header Host is malformed: {host!r}.")

    def get_resource(self, path: str) -> None:
        """Let the dispatcher in force for a path set ``handler`` and what else it knows.

        Args:
            path: The path below the application.
        """
        app = self.app
        dispatch = app.find_config(path, "request.dispatch", self.dispatch)
        if not getattr(dispatch, "direct", False):
            dispatch(path)
            return
        found: Fields = dispatch.fields(app.root, app.config, path, self.method)
        handler, args, kwargs, is_index, self._layers, node, allow = found
        if kwargs:
            self.params.update(kwargs)
        if allow:
            self._response.headers["Allow"] = ", ".join(allow)
        if handler is not None:
            self.is_index = is_index
            self.handler = page = BoundPageHandler()
            page.request = self
            page.callable = handler
            page.args = args
        else:
            here = self.script_name + self.path_info
            self.handler = NotFound(here) if node is None else HTTPError(405)

    def process_query_string(self) -> None:
        """Add the parameters of the query string to ``params``.

        Raises:
            HTTPError: 404, it cannot be decoded; 400, it is malformed or has too many fields.
        """
        if not self.query_string:
            return
        if "%" in self.query_string and (bad := find_bad_percent(self.query_string)):
            raise HTTPError(
                400,
                f"The percent-encoding of the query string is malformed: {bad[0]!r} should be "
                "'%' and two hexadecimal digits.",
            )
        try:
            found = parse_query_string(self.query_string, encoding=self.query_string_encoding)
        except UnicodeDecodeError as error:
            raise HTTPError(
                404,
                "The given query string could not be processed. Query strings for this resource "
                f"must be encoded with {self.query_string_encoding!r}.",
            ) from error
        except TooManyFieldsError as error:
            raise HTTPError(400, f"The query string is too long: {error}.") from error
        self.params.update(found)

    def handle_error(self) -> None:
        """Answer an unexpected error, with the hooks before and after it."""
        try:
            self._reach("before_error_response")
            self._replace_body(self.error_response)
            self._reach("after_error_response")
            self._response.finalize()
        except HTTPRedirect as redirect:
            self._replace_body(redirect.set_response)
            self._response.finalize()

    def close(self) -> None:
        """Run the last hooks, once, when the whole answer has been sent or the client has gone."""
        if self.closed:
            return
        self.closed = True
        try:
            if self.own_hooks:
                self._reach("on_end_request")
            elif hooks := self._planned_hooks["on_end_request"]:
                self.stage = "on_end_request"
                hooks.run(self, self._response)
        finally:
            if self._body is not None:
                self._body.close()
            # Handlers know their request: this would be a cycle, and garbage to be collected.
            self.handler = None
            self.stage = "close"

    def _agree_on_protocol(self) -> None:
        try:
            client = protocol_from_http(self.request_protocol)
        except ValueError as error:
            raise HTTPError(400, f"The request line is malformed: {error}.") from error
        self.protocol = min(client, protocol_from_http(self.server_protocol))

    def _replace_body(self, answer: Callable[[], object]) -> None:
        response = self._response
        before = response.body
        answer()
        if response.body is not before:
            self._close_body(before)

    def _close_body(self, body: object) -> None:
        try:
            close_body(body)
        except Exception:  # noqa: BLE001 - nobody will see that body, so there is an answer still
            if self.app is not None:
                self.app.log.failure()

    # How the config in force comes to bear.

    def _configure(self) -> Mapping[str, PlannedHooks]:
        app: Application = self.app
        if self._own_config is None:
            plan = app.plans.find(type(self), self._layers)
        else:  # from a dispatcher that has no layers to tell
            plan = app.plans.find_equal(type(self), self._own_config)
        self._plan = plan
        self._planned_hooks = plan.hooks
        if plan.changes_request or self.own_hooks is not None or self.own_error_page is not None:
            plan.change(self, self._response)
        return plan.hooks

    # When everything fails.

    def _give_up(self, response: Response) -> None:
        if self.app is not None:
            self.app.log.failure()
        status, fields, body = bare_error(format_exc() if self.show_tracebacks else None)
        response.output_status = status
        response.header_list = fields
        response.status = status.decode()
        before, response.body = response.body, body
        self._close_body(before)
