"""The login by a form, on the running request and its session."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, Unpack

import cherrypy_tools
from cherrypy.lib import csrf
from cherrypy_serving import serving
from cherrypy_tools import SessionAuthOptions
from cherrypy_web import url

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["SessionAuth", "session_auth"]


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

    visit: _RunningVisit = _visit


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
