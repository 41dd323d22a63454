"""What both TLS libraries have in common: when certificates are read, and what a server asks for.

Rule: nobody waits for the client. Hands are shaken in the thread that accepts connections, step by
step, as bytes come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from cherrypy_server.certificates import FileState, Identity, TLSSettings
    from cherrypy_server.channel import Channel

Log: TypeAlias = Callable[[str, int], object]
"""Writes a message at a level."""

LIBRARIES = {
    "builtin": ("cherrypy_server.tls", "BuiltinTLS"),
    "pyopenssl": ("cherrypy_server.pyopenssl", "PyOpenSSLTLS"),
}
"""The modules and classes that speak TLS, by the names for `ssl_module`."""


class Plain(Exception):  # noqa: N818 - it says what the client did
    """A client speaks HTTP without TLS."""


class Failed(Exception):  # noqa: N818 - it says how the handshake ended
    """Client and server found no agreement, or the client left."""


class TLS(Protocol):
    """A library that speaks TLS, with the settings of a server."""

    def bind(self, sock: Any) -> Any:
        """Return the listening socket."""

    def channel(self, sock: Any) -> Channel:
        """Return an accepted connection; its `shake_hands` raises `Plain` and `Failed`, too."""


def checked_context(context: Any, kind: type, name: str) -> Any:
    """Return a context of a program's own.

    Raises:
        ValueError: It is none of this library.
    """
    if not isinstance(context, kind):
        raise ValueError(  # noqa: TRY004 - as all settings
            f"The server's setting ssl_context must be an {name} with this ssl_module, "
            f"not {context!r}."
        )
    return context


class Renewed:
    """What was made of certificates, made anew when one of their files has changed.

    Files are looked at before each handshake, which costs far more. While the new ones cannot be
    used, as between the writing of a certificate and that of its key, the former stay.

    Args:
        settings: Which files.
        make: Makes of an identity what a library needs for a handshake.
        log: Where changes and failures are reported.
        current: What was made, by host name.
    """

    def __init__(self, settings: TLSSettings, make: Callable[[Identity], Any], log: Log) -> None:
        self.settings = settings
        self.make = make
        self.log = log
        self.state: dict[str, FileState] = settings.state()
        self.current: dict[str, Any] = self._made()

    def refresh(self) -> None:
        """Make everything anew if a file has changed."""
        state = self.settings.state()
        if state == self.state:
            return
        changed = ", ".join(name for name, each in state.items() if each != self.state[name])
        self.state = state
        try:
            self.current = self._made()
        except (OSError, ValueError) as error:
            self.log(f"TLS keeps its former certificates: {error}", logging.ERROR)
        else:
            self.log(f"TLS has new certificates: {changed} changed", logging.INFO)

    def _made(self) -> dict[str, Any]:
        return {name: self._one(identity) for name, identity in self.settings.identities().items()}

    def _one(self, identity: Identity) -> Any:
        try:
            return self.make(identity)
        except Exception as error:  # both libraries have errors of their own, and cryptic ones
            key = "" if identity.private_key is None else f" with the key {identity.private_key!r}"
            raise ValueError(
                f"TLS cannot use the certificate {identity.certificate!r}{key}: {error}"
            ) from error


def tls_adapter(server: Any, log: Log) -> Any:
    """Return what speaks TLS with the settings of a server, see `TLS`; None if it shall speak none.

    Raises:
        ValueError: A setting is wrong, a library is missing, or a certificate cannot be used.
    """
    # `ssl` and what else TLS takes are loaded by those who want it.
    settings = import_module("cherrypy_server.certificates").tls_settings(server)
    if settings is None:
        return None
    if settings.module not in LIBRARIES:
        known = " or ".join(LIBRARIES)
        raise ValueError(
            f"The server's setting ssl_module must be {known}, not {settings.module!r}."
        )
    module, name = LIBRARIES[settings.module]
    try:
        adapter = getattr(import_module(module), name)
    except ImportError as error:
        raise ValueError(
            f"The library for ssl_module {settings.module!r} is missing ({error}): "
            "pip install 'cherrypy-server[pyopenssl]'"
        ) from error
    return adapter(settings, log)
