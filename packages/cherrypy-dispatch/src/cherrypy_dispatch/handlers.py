"""A page, ready to be called: the published callable and its arguments.

The call is tried first. Its parameters are checked only where it failed with a TypeError, so a page
that is called properly costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.callspec import explain
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class PageHandler:
    """Call the published callable with its arguments; `request.handler` is one.

    `callable`, `args` and `kwargs` can be read and replaced until the call, by tools for example.

    Examples:
        >>> handler = PageHandler(lambda year, month=1: f"{month}/{year}", "2030")
        >>> handler.kwargs = {"month": 6}  # as a tool may do
        >>> handler()
        '6/2030'
    """

    args: Sequence[Any] = ()
    """The positional arguments."""

    def __init__(self, callable: Callable[..., Any], *args: Any, **kwargs: Any) -> None:  # noqa: A002 - the documented name
        self.callable = callable
        """What is called."""
        self.args = args
        self._kwargs: Mapping[str, Any] = kwargs

    @property
    def kwargs(self) -> Mapping[str, Any]:
        """The keyword arguments."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, kwargs: Mapping[str, Any]) -> None:
        self._kwargs = kwargs

    def __call__(self) -> Any:
        """Return the page.

        Raises:
            HTTPError: 404 or 400 if the arguments do not fit; see `test_callable_spec`.
        """
        args, kwargs = self.args, self.kwargs
        try:
            return self.callable(*args, **kwargs)
        except TypeError as error:
            explain(error, self.callable, args, kwargs)
            raise


class LateParamPageHandler(PageHandler):
    """Take the keyword arguments from the parameters of the current request when called.

    So tools and the body can still change `request.params` after the page was found. Keyword
    arguments that are set here win.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from types import SimpleNamespace
        >>> _ = serving.load(SimpleNamespace(params={"name": "reader"}), None)
        >>> LateParamPageHandler(lambda name="world": f"Hello {name}!")()
        'Hello reader!'
        >>> serving.clear()
    """

    @property
    def kwargs(self) -> Mapping[str, Any]:
        """The parameters of the current request and what was set; a new dict each time."""
        return {**serving.request.params, **self._kwargs}

    @kwargs.setter
    def kwargs(self, kwargs: Mapping[str, Any]) -> None:
        self._kwargs = kwargs
