"""A page handler that knows its request, so that it need not be looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch import LateParamPageHandler, explain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_web.request import Request

__all__ = ["BoundPageHandler"]

_NOTHING: Mapping[str, Any] = {}


class BoundPageHandler(LateParamPageHandler):
    """Call a published callable with the parameters that its request has by then.

    Its attributes are set from outside: one is made for each request, and a constructor would take
    longer than they do.

    Attributes:
        request: The request.
        callable: What is published.
        args: Its positional arguments.
    """

    if TYPE_CHECKING:

        def __init__(self) -> None: ...
    else:
        __init__ = object.__init__

    request: Request
    _kwargs = _NOTHING

    def __call__(self) -> Any:
        """Return the page.

        Raises:
            HTTPError: 404 or 400 if the arguments do not fit.
        """
        kwargs: Mapping[str, Any] = self.request.params
        if self._kwargs is not _NOTHING:
            kwargs = {**kwargs, **self._kwargs}
        try:
            return self.callable(*self.args, **kwargs)
        except TypeError as error:
            explain(error, self.callable, self.args, kwargs)
            raise

    @property
    def kwargs(self) -> Mapping[str, Any]:
        """The parameters of the request and what was set here, which wins; a new dict each time."""
        return {**self.request.params, **self._kwargs}

    @kwargs.setter
    def kwargs(self, kwargs: Mapping[str, Any]) -> None:
        self._kwargs = kwargs
