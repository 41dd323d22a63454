"""Let only users in who have logged in, by a form: the `session_auth` tool.

Who is logged in stands in the session. At login the session gets a new id, since the old one may
be known to somebody else, and afterwards a user is only ever sent to a page of this site.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypedDict, Unpack

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_tools.local_urls import is_local
from cherrypy_tools.login_page import login_page
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)


class SessionAuthOptions(TypedDict, total=False):
    """What of `SessionAuth` can be replaced: attributes, and functions in place of methods.

    Examples:
        >>> options: SessionAuthOptions = {"session_key": "user", "anonymous": lambda: "guest"}
        >>> options["anonymous"]()
        'guest'
    """

    check_username_and_password: Callable[[str, str], str | None]
    anonymous: Callable[[], str | None]
    on_login: Callable[[str], object]
    on_logout: Callable[[str], object]
    on_check: Callable[[str], object]
    login_screen: Callable[..., bytes | str]
    do_login: Callable[..., bool | None]
    do_logout: Callable[..., bool | None]
    do_check: Callable[[], bool | None]
    run: Callable[[], bool | None]
    session_key: str
    debug: bool
    _debug_message: Callable[..., object]


DOCUMENTED = frozenset(SessionAuthOptions.__annotations__)
"""The names of them."""


class Visit(Protocol):
    """What a login needs of the current request.

    Examples:
        >>> from types import SimpleNamespace
        >>> visit: Visit = SimpleNamespace(session={"username": "ann"}, set_login=print)
        >>> SessionAuth(visit).do_check()
        ann
    """

    @property
    def request(self) -> RequestMessage:
        """The request."""
        ...

    @property
    def response(self) -> ResponseMessage:
        """The response; it gets the login screen."""
        ...

    @property
    def url(self) -> str:
        """The absolute url of the request, with its query."""
        ...

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the query and of the form."""
        ...

    @property
    def session(self) -> MutableMapping[str, Any]:
        """The session of the client."""
        ...

    @property
    def form_fields(self) -> Mapping[str, str]:
        """What the form has to send besides, by name, such as a token against forgery."""
        ...

    def renew_session(self) -> None:
        """Give the session another id and keep what is in it."""
        ...

    def set_login(self, username: str | None) -> None:
        """Note who is logged in, for handlers and for the access log."""
        ...


class SessionAuth:
    """Assert that the user is logged in.

    Subclass it, or give methods of your own to `session_auth`; the least is
    `check_username_and_password`, since without it nobody can log in.

    Args:
        visit: The current request. A subclass may find it otherwise, by the attribute `visit`.

    Examples:
        >>> from types import SimpleNamespace
        >>> class Login(SessionAuth):
        ...     def check_username_and_password(self, username, password):
        ...         return None if (username, password) == ("bird", "bebop") else "That is wrong."
        ...     def on_check(self, username):
        ...         print(f"Welcome back, {username}.")
        >>> Login(SimpleNamespace(session={"username": "bird"}, set_login=repr)).do_check()
        Welcome back, bird.
    """

    session_key: str = "username"
    """Under which key the session has the name of the user."""

    debug: bool = False
    """Report decisions at INFO."""

    pages: ClassVar[Mapping[str, str]] = {
        "login_screen": "_show_login",
        "do_login": "_post_login",
        "do_logout": "_post_logout",
    }
    """The last part of a path, and the method that answers it."""

    visit: Visit

    def __init__(self, visit: Visit | None = None) -> None:
        if visit is not None:
            self.visit = visit

    def check_username_and_password(self, username: str, password: str) -> str | None:
        """Return why these do not fit each other, or None. Override it: this one refuses all."""
        del username, password
        return "No password can be checked: set tools.session_auth.check_username_and_password."

    def anonymous(self) -> str | None:
        """Return a name for users who did not log in, or None if they have to."""
        return None

    def on_login(self, username: str) -> None:
        """Do something after a login."""

    def on_logout(self, username: str) -> None:
        """Do something after a logout."""

    def on_check(self, username: str) -> None:
        """Do something at each request of a user who is logged in."""

    def login_screen(
        self, from_page: str = "..", username: str = "", error_msg: str = "", **kwargs: Any
    ) -> bytes | str:
        """Return the page with the form; it posts to `do_login` beside it.

        Args:
            from_page: Where to go after the login.
            username: What stands in the field already.
            error_msg: Why the last attempt failed, as text. It never comes from the request.
            **kwargs: Further parameters of the request.
        """
        del kwargs
        return login_page(from_page, username, error_msg, self.visit.form_fields)

    def do_login(
        self, username: str, password: str, from_page: str = "..", **kwargs: Any
    ) -> bool | None:
        """Log in. Show the form again, and return True, if name and password do not fit.

        Raises:
            HTTPRedirect: To `from_page`, if that is on this site, else to its root.
        """
        error_msg = self.check_username_and_password(username, password)
        if error_msg:
            self._debug_message("login of %(user)r failed", {"user": username})
            screen = self.login_screen
            others = taken_by(screen, kwargs)
            others.pop("error_msg", None)
            return self._show(screen(from_page, username, error_msg, **others))
        self._debug_message("login of %(user)r", {"user": username})
        self.visit.renew_session()
        self.visit.set_login(username)
        self.visit.session[self.session_key] = username
        self.on_login(username)
        raise HTTPRedirect(self._target(from_page))

    def do_logout(self, from_page: str = "..", **kwargs: Any) -> bool | None:
        """Log out.

        Raises:
            HTTPRedirect: To `from_page`, if that is on this site, else to its root.
        """
        del kwargs
        username = self.visit.session.pop(self.session_key, None)
        self.visit.set_login(None)
        if username:
            self.visit.renew_session()
            self.on_logout(username)
        self._debug_message("logout of %(user)r", {"user": username})
        raise HTTPRedirect(self._target(from_page))

    def do_check(self) -> bool | None:
        """Show the form, and return True, if nobody is logged in; return None otherwise."""
        session = self.visit.session
        username = session.get(self.session_key)
        if not username:
            username = self.anonymous()
            if not username:
                self._debug_message("nobody is logged in")
                return self._show(self.login_screen(self.visit.url))
            session[self.session_key] = username
        self.visit.set_login(username)
        self.on_check(username)
        return None

    def run(self) -> bool | None:
        """Answer the three pages of the login, and check all others.

        Returns:
            True if the response is complete.

        Raises:
            HTTPRedirect: After login and logout.
            HTTPError: 405 for a login or logout by another method than POST; 400 for a login
                without name or password.
        """
        page = self.visit.request.path_info.rpartition("/")[2]
        method = self.pages.get(page)
        return bool(getattr(self, method)()) if method else self.do_check()

    def _debug_message(self, template: str, context: Mapping[str, Any] | None = None) -> None:
        """Report a decision: `template % context`."""
        trace(log, self.debug, template, *([dict(context)] if context else []))

    def _show_login(self) -> bool:
        params = taken_by(self.login_screen, self._texts())
        params.pop("error_msg", None)
        return self._show(self.login_screen(**params))

    def _post_login(self) -> bool | None:
        self._require_post()
        params = self._texts()
        if not {"username", "password"} <= params.keys():
            raise HTTPError(400, "A login needs the parameters username and password.")
        return self.do_login(**taken_by(self.do_login, params))

    def _post_logout(self) -> bool | None:
        self._require_post()
        return self.do_logout(**taken_by(self.do_logout, self._texts()))

    def _texts(self) -> dict[str, str]:
        """Return the parameters that came once, as text, and could not be taken for others."""
        params = self.visit.params
        return {key: value for key, value in params.items() if isinstance(value, str)}

    def _require_post(self) -> None:
        if self.visit.request.method != "POST":
            self.visit.response.headers["Allow"] = "POST"
            raise HTTPError(405)

    def _show(self, page: bytes | str) -> bool:
        response = self.visit.response
        response.headers["Content-Type"] = "text/html;charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        response.headers.pop("Content-Length", None)
        response.app_iter = [page.encode() if isinstance(page, str) else page]
        return True

    def _target(self, from_page: str) -> str:
        return from_page if from_page and is_local(from_page, self.visit.url) else "/"


def session_auth(visit: Visit, **attributes: Unpack[SessionAuthOptions]) -> bool:
    """Run a `SessionAuth` with attributes and methods of its own.

    Args:
        visit: The current request.
        **attributes: Documented attributes, and functions in place of methods (without `self`).

    Returns:
        True if the response is complete and no handler is to be called.

    Raises:
        TypeError: `SessionAuth` has nothing of such a name.
        HTTPRedirect: After login and logout.
        HTTPError: See `SessionAuth.run`.

    Examples:
        >>> from webob import Request, Response
        >>> class Visitor:
        ...     def __init__(self, session, path, **form):
        ...         self.request = Request.blank(path, POST=form or None)
        ...         self.response, self.url = Response(), self.request.url
        ...         self.params, self.session, self.form_fields = form, session, {}
        ...     def renew_session(self):
        ...         self.session["id"] = "new"
        ...     def set_login(self, username):
        ...         print("for", username)
        >>> def check(username, password):
        ...     return None if password == "secret" else "Wrong password"
        >>> session = {"id": "old"}
        >>> session_auth(Visitor(session, "/"), check_username_and_password=check)
        True
        >>> form = {"username": "ann", "password": "secret", "from_page": "/shop"}
        >>> session_auth(Visitor(session, "/do_login", **form), check_username_and_password=check)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPRedirect: (['/shop'], 303)
        >>> session_auth(Visitor(session, "/shop"), check_username_and_password=check)
        for ann
        False
        >>> session
        {'id': 'new', 'username': 'ann'}
    """
    tool = SessionAuth(visit)
    for name, value in attributes.items():
        if name not in DOCUMENTED:
            raise TypeError(f"SessionAuth has no {name!r} to override: see its documentation")
        setattr(tool, name, value)
    return bool(tool.run())


def taken_by(function: Callable[..., object], params: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that a function takes; whoever sends them chooses their names."""
    known = inspect.signature(function).parameters.values()
    takes_all = any(each.kind is each.VAR_KEYWORD for each in known)
    names = params.keys() if takes_all else {each.name for each in known}
    # One of this name would be taken for the object of a method.
    return {name: value for name, value in params.items() if name in names and name != "self"}
