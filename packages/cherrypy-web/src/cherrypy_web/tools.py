"""A tool hangs a function on a hook point of the requests for which the config turns it on.

What a tool does to a request is told by `Tool.hooks`, from its options alone, so it can be worked
out once for all requests of the same config, and mistakes in them are found before there is any. A
subclass that overrides `Tool._setup` is called for each request instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from cherrypy_httputil import NotFound
from cherrypy_serving import ambient, prepared, serving
from cherrypy_web.epoch import EPOCH
from cherrypy_web.hooks import Hook
from cherrypy_web.options import is_complete
from cherrypy_web.tooldoc import ToolDoc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

if TYPE_CHECKING:
    # With a default (PEP 696), so that users may write ``class Mine(Tool)``.
    from typing_extensions import ParamSpec

    P = ParamSpec("P", default=...)
else:
    from typing import ParamSpec

    P = ParamSpec("P")

__all__ = ["ErrorTool", "HandlerTool", "HandlerWrapperTool", "Tool", "Toolbox"]

F = TypeVar("F")

#: The options that say how a tool hangs, and are not the callable's.
_OF_EVERY_TOOL = frozenset({"on", "priority", "failsafe"})

#: The attributes of a tool that a plan depends on.
_PLANNED = frozenset(
    {"callable", "namespace", "hooks", "_name", "_point", "_priority", "_setup", "_merged_args"}
)


class Tool(Generic[P]):
    """A function, and the hook point on which it hangs when config turns it on.

    Args:
        point: A name in `cherrypy_web.hooks.HOOK_POINTS`.
        callable: What to call. Its keyword arguments are the options of the tool. If it has an
            attribute ``prepare``, that is called with them, once for each config, and what it
            returns is called with request and response; see `cherrypy_serving.prepared`.
        name: What config calls it; by default, the attribute of the toolbox that it is set to.
        priority: From 1 to 100, lower runs earlier. An attribute ``priority`` of the callable and
            the config key ``<tool>.priority`` come before it. So does ``<tool>.failsafe`` before
            that attribute of the callable.

    Examples:
        >>> greet = Tool("before_handler", print, "greet")
        >>> @greet(sep="-")
        ... def index(self): ...
        >>> index._cp_config
        {'tools.greet.on': True, 'tools.greet.sep': '-'}
    """

    namespace: str = "tools"

    def __init__(
        self,
        point: str,
        callable: Callable[P, object],  # noqa: A002 - the documented name
        name: str | None = None,
        priority: float = 50,
    ) -> None:
        self._point = point
        self.callable = callable
        self._name = name
        self._priority = priority

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__doc__ = ToolDoc(cls.__dict__.get("__doc__"))  # type: ignore[assignment]  # see there

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in _PLANNED:  # others a tool may set for each request
            EPOCH.advance()

    @property
    def on(self) -> bool:
        """A tool is turned on for a path, never as such.

        Raises:
            AttributeError: Always, with what to write instead.
        """
        self._refuse_switch()

    @on.setter
    def on(self, _value: bool) -> None:
        self._refuse_switch()

    def _refuse_switch(self) -> NoReturn:
        key = f"{self.namespace}.{self._name}.on"
        raise AttributeError(
            "a tool has no state of its own to be turned on or off; "
            f"use the config key {key!r} = True, or decorate the handler with the tool"
        )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Callable[[F], F]:
        """Return a decorator that turns the tool on for a handler, with these options.

        Raises:
            TypeError: An option was given by position, or there is none of its name.
            ValueError: A value is none that the option may have.
        """
        if args:
            raise TypeError(
                f"the tool {self._name!r} takes its options by keyword, not {args!r} by position"
            )
        self.check_some(kwargs)
        prefix = f"{self.namespace}.{self._name}."

        def turn_on(handler: F) -> F:
            config: dict[str, Any] = dict(getattr(handler, "_cp_config", ()))
            config[f"{prefix}on"] = True
            config.update((prefix + option, value) for option, value in kwargs.items())
            handler._cp_config = config  # type: ignore[attr-defined]  # noqa: SLF001 - documented
            return handler

        return turn_on

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks, each with its point, that the tool hangs on a request.

        Args:
            options: What the config says of this tool, except ``on``. Nothing else may decide.
        """
        return [(self._point, self._hook(self.callable, options))]

    def check_some(self, options: Mapping[str, Any]) -> None:
        """Refuse those of a decorator's options that cannot be, whatever the config adds to them.

        Args:
            options: Those of the decorator.

        Raises:
            TypeError: There is no option of that name.
            ValueError: A value is none that the option may have.
        """
        self.check(options)

    def check(self, options: Mapping[str, Any]) -> None:
        """Refuse options with which every request would fail, as far as they tell.

        An option that is missing may come from another place. A tool that is called for each
        request says itself what it takes.

        Args:
            options: Some of those that the tool is going to have.

        Raises:
            TypeError: There is no option of that name.
            ValueError: A value is none that the option may have.
        """
        if not self.is_known():
            return
        given = {name: value for name, value in options.items() if name not in _OF_EVERY_TOOL}
        if is_complete(self._name, self.callable, given):
            list(self.hooks(given))

    def _hook(self, callback: Callable[..., object], options: dict[str, Any]) -> Hook:
        kwargs = dict(options)
        priority, failsafe = kwargs.pop("priority", None), kwargs.pop("failsafe", None)
        if priority is None:
            priority = getattr(self.callable, "priority", self._priority)
        if failsafe is None:
            failsafe = getattr(self.callable, "failsafe", None)
        prepare = getattr(callback, "prepare", None)
        if prepare is None:
            return Hook(callback, failsafe, priority, **kwargs)
        bound = ambient(prepare(**kwargs))
        bound.__name__ = bound.__qualname__ = str(self._name)  # for who reads a list of hooks
        return Hook(bound, failsafe, priority)

    def _merged_args(self, d: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the options in ``d``, under those of the running request's config."""
        toolmap = serving.request.toolmaps.get(self.namespace, {})
        merged = {**(d or {}), **toolmap.get(self._name, {})}
        merged.pop("on", None)
        return merged

    def is_known(self) -> bool:
        """Tell whether `hooks` says it all, so that no request has to ask `_setup`."""
        kind = type(self)
        inherits = (kind._setup, kind._merged_args) == _PER_REQUEST  # noqa: SLF001 - its own class
        return inherits and vars(self).keys().isdisjoint(("_setup", "_merged_args"))

    def _setup(self) -> None:
        """Hang this tool on the running request."""
        attached = serving.request.hooks
        for point, hook in self.hooks(self._merged_args()):
            attached.add(point, hook)


_PER_REQUEST = (Tool._setup, Tool._merged_args)  # noqa: SLF001 - see `Tool.is_known`


Tool.__doc__ = ToolDoc(Tool.__doc__)  # type: ignore[assignment]  # see there


class HandlerTool(Tool[P]):
    """A tool that may answer in place of the handler: when it returns true, that is not called.

    The arguments are those of `Tool`; the point is ``before_handler``.

    Examples:
        >>> from cherrypy_serving import serving
        >>> import webob
        >>> from cherrypy_web import Application
        >>> def close_for_lunch():
        ...     serving.response.body = b"Back at two."
        ...     return True  # so no handler is called
        >>> class Root:
        ...     index = HandlerTool(close_for_lunch, "lunch").handler()
        >>> webob.Request.blank("/").get_response(Application(Root())).body
        b'Back at two.'
    """

    def __init__(
        self,
        callable: Callable[P, object],  # noqa: A002 - the documented name
        name: str | None = None,
        *,
        priority: float = 50,
    ) -> None:
        super().__init__("before_handler", callable, name, priority)

    def handler(self, *args: P.args, **kwargs: P.kwargs) -> Callable[..., Any]:
        """Return a page handler that answers with this tool, or with 404 where it does not."""

        def handle(*_segments: str, **_params: object) -> object:
            if not self.callable(*args, **self._merged_args(dict(kwargs))):
                raise NotFound
            return serving.response.body

        handle.exposed = True  # type: ignore[attr-defined]  # the mark of a page handler
        return handle

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook that calls the tool and takes the handler away where it answered."""
        prepare = getattr(self.callable, "prepare", None)
        answer = self._answer if prepare is None else _answering(prepare)
        return [(self._point, self._hook(answer, options))]

    def _answer(self, **options: Any) -> None:
        if self.callable(**options):  # type: ignore[call-arg]  # options come from config
            serving.request.handler = None


def _answering(prepare: Callable[..., Callable[[Any, Any], object]]) -> Callable[..., None]:
    """Return a function with a ``prepare`` whose result takes the handler away where it answers."""

    @prepared
    def answer(**options: Any) -> Callable[[Any, Any], None]:
        made = prepare(**options)

        def answer_or_not(request: Any, response: Any) -> None:
            if made(request, response):
                request.handler = None

        return answer_or_not

    return answer


class HandlerWrapperTool(Tool[...]):
    """A tool that calls a function of its own in place of the handler, and hands it the handler.

    Args:
        newhandler: Called with the handler and then with the handler's arguments.
        point: Where the handler is replaced.
        name: See `Tool`.
        priority: See `Tool`.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from types import SimpleNamespace
        >>> tool = HandlerWrapperTool(lambda handler: handler().upper())
        >>> _ = serving.load(SimpleNamespace(handler=lambda: b"page"), None)
        >>> tool.callable()  # its hook does so, where config turns it on
        >>> serving.request.handler()
        b'PAGE'
        >>> serving.clear()
    """

    def __init__(
        self,
        newhandler: Callable[..., Any],
        point: str = "before_handler",
        name: str | None = None,
        priority: float = 50,
    ) -> None:
        super().__init__(point, self.callable, name, priority)
        self.newhandler = newhandler

    def callable(self, **_options: Any) -> None:
        """Put the function in place of the running request's handler."""
        inner = serving.request.handler

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return self.newhandler(inner, *args, **kwargs)

        serving.request.handler = wrapped


class ErrorTool(Tool[P]):
    """A tool that takes the place of ``request.error_response``.

    The arguments are those of `Tool`.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from types import SimpleNamespace
        >>> tool = ErrorTool(lambda text: print(text), "apology")
        >>> _ = serving.load(SimpleNamespace(), None)
        >>> ((point, hook),) = tool.hooks({"text": "It is our fault."})
        >>> hook()
        >>> serving.request.error_response()
        It is our fault.
        >>> serving.clear()
    """

    def __init__(
        self,
        callable: Callable[P, object],  # noqa: A002 - the documented name
        name: str | None = None,
    ) -> None:
        super().__init__("before_error_response", callable, name, priority=0)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook that puts the tool in place, before any other sees the error."""

        def replace() -> None:
            serving.request.error_response = lambda: self.callable(**options)  # type: ignore[call-arg]  # options come from config

        return [(self._point, Hook(replace, failsafe=None, priority=0))]


class Toolbox:
    """Tools by name, and the config namespace in which they are turned on.

    Set a `Tool` as an attribute to add it. An instance is a handler of its namespace: a context
    manager, as `cherrypy_config.NamespaceSet` calls it for the request that is running.

    Args:
        namespace: What the config keys of its tools begin with.

    Examples:
        >>> tools = Toolbox("mytools")
        >>> @tools.register("before_handler")
        ... def greet(name="world"): ...
        >>> @tools.greet(name="reader")
        ... def index(self): ...
        >>> index._cp_config
        {'mytools.greet.on': True, 'mytools.greet.name': 'reader'}
    """

    namespace: str

    if TYPE_CHECKING:
        # The tools that a program adds are attributes that no type checker has heard of; this is
        # the kind with all the methods that one can have.
        def __getattr__(self, name: str) -> HandlerTool[...]: ...
    else:

        def __getattr__(self, name: str) -> object:
            """Say that there is no such tool, and which one may be meant."""
            if hasattr(type(self), name):  # a descriptor refused, and knows why
                return object.__getattribute__(self, name)
            import difflib  # noqa: PLC0415 - for mistakes only

            near = difflib.get_close_matches(
                name, [each for each in dir(self) if each[0] != "_"], 1
            )
            hint = f"; is {near[0]!r} meant?" if near else ""
            raise AttributeError(f"there is no tool {name!r}{hint}", name=name, obj=self)

    def __init__(self, namespace: str) -> None:
        self.__dict__["namespace"] = namespace

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, Tool):
            settle(value, name, self.namespace)
        super().__setattr__(name, value)
        EPOCH.advance()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        EPOCH.advance()

    def __iter__(self) -> Iterator[tuple[str, Tool[...]]]:
        """Yield the tools with their names, in alphabetical order."""
        for name in dir(self):
            tool = getattr(self, name, None)  # one that was deleted may be listed by its class
            if isinstance(tool, Tool):
                yield name, tool

    def register(
        self, point: str, *, name: str | None = None, priority: float = 50
    ) -> Callable[[F], F]:
        """Return a decorator that makes a tool of a function and adds it to this toolbox.

        Args:
            point: See `Tool`.
            name: The name of the tool; by default that of the function.
            priority: See `Tool`.
        """

        def add(function: F) -> F:
            tool: Tool[...] = Tool(point, function, priority=priority)  # type: ignore[arg-type]  # F is returned as it came
            setattr(self, name or function.__name__, tool)  # type: ignore[attr-defined]
            return function

        return add

    def __enter__(self) -> Callable[[str, Any], None]:
        toolmap: dict[str, dict[str, Any]] = {}
        serving.request.toolmaps[self.namespace] = toolmap

        def populate(key: str, value: Any) -> None:
            add_option(toolmap, self.namespace, key, value)

        return populate

    def __exit__(self, exc_type: type[BaseException] | None, *_: object) -> None:
        if exc_type is None:
            for tool, _options in turned_on(self, serving.request.toolmaps[self.namespace]):
                tool._setup()  # noqa: SLF001 - subclasses of users override it by this name


def settle(tool: Tool[...], name: str, namespace: str) -> None:
    """Tell a tool where it stands; a name that it has already stays."""
    if tool._name is None:  # noqa: SLF001 - a tool learns its name here
        tool._name = name  # noqa: SLF001
    tool.namespace = namespace


def add_option(toolmap: dict[str, dict[str, Any]], namespace: str, key: str, value: Any) -> None:
    """Enter a config entry such as ``("gzip.on", True)`` into the options by tool.

    Raises:
        ValueError: The key has no option in it.
    """
    name, dot, option = key.partition(".")
    if not dot:
        raise ValueError(
            f"the config key {namespace}.{key} names no option of the tool; to turn that on, "
            f"write {namespace}.{key}.on = True"
        )
    toolmap.setdefault(name, {})[option] = value


def turned_on(
    toolbox: Toolbox, toolmap: dict[str, dict[str, Any]]
) -> Iterator[tuple[Tool[...], dict[str, Any]]]:
    """Yield the tools that are on, with their other options, in the order of the config.

    Raises:
        AttributeError: A tool is on that the toolbox does not have.
    """
    for name, options in list(toolmap.items()):
        if options.get("on"):
            yield _find(toolbox, name), {k: v for k, v in options.items() if k != "on"}


def _find(toolbox: Toolbox, name: str) -> Tool[...]:
    tool = getattr(toolbox, name, None)
    if isinstance(tool, Tool):
        return tool
    known = ", ".join(each for each, _ in toolbox) or "(none)"
    raise AttributeError(
        f"the config turns on {toolbox.namespace}.{name}, but there is no such tool; "
        f"the tools of {toolbox.namespace!r} are {known}"
    )
