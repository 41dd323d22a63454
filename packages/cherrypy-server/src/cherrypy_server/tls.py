"""TLS with Python's own `ssl`, for several hosts, with clients' certificates if wanted.

cheroot's adapter makes context and environ of one certificate; this one chooses among several.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cheroot.ssl import Adapter
from cheroot.ssl.builtin import BuiltinSSLAdapter

from cherrypy_server.certificates import VERSIONS, Identity, TLSSettings
from cherrypy_server.channel import READ, WRITE, Channel, Gone, Unready
from cherrypy_server.handshake import Failed, Log, Plain, Renewed, checked_context
from cherrypy_server.hosts import chosen

VERIFY_MODES = {
    "off": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}


class _Accepted(ssl.SSLSocket):
    """A socket whose client may be gone before it is wrapped.

    `ssl` asks for the address of the client, and where there is none, it may lose the socket.
    """

    def getpeername(self) -> Any:
        """Return the address of the client; None if it has gone."""
        try:
            return super().getpeername()
        except OSError:
            return None


class BuiltinTLS(BuiltinSSLAdapter):
    """The TLS of a server: what cheroot asks for each connection.

    Args:
        settings: Certificates and rules.
        log: Where it is reported that certificates were renewed.

    Raises:
        ValueError: A certificate or key cannot be used; the message says which and why.
    """

    def __init__(self, settings: TLSSettings, log: Log) -> None:
        Adapter.__init__(self, None, None)
        self._server_env: dict[str, str] = {}  # for a context of the user's, cheroot knows no more
        self._settings = settings
        self._renewed: Renewed | None = None
        if settings.context is not None:
            self.context = checked_context(settings.context, ssl.SSLContext, "ssl.SSLContext")
        else:
            self._renewed = Renewed(settings, self._made, log)

    def channel(self, sock: socket.socket) -> Channel:
        """Return an accepted connection, with the handshake to come."""
        sock.setblocking(False)  # else the handshake would begin now, if something had come
        context = self.refreshed()
        if context.sslsocket_class is ssl.SSLSocket:
            context.sslsocket_class = _Accepted
        wrapped = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return BuiltinChannel(wrapped, self.get_environ)

    def refreshed(self) -> ssl.SSLContext:
        """Return the context for the next connection, with the certificates as they are now."""
        context: ssl.SSLContext = self.context
        if self._renewed is not None:
            self._renewed.refresh()
            context = self._renewed.current[""].context
        return context

    def get_environ(self, sock: ssl.SSLSocket) -> dict[str, str]:  # type: ignore[override]  # the base's is wrong
        """Return what the environ says of a connection: mod_ssl's variables."""
        environ: dict[str, str]
        if self._renewed is None:
            environ = super().get_environ(sock)  # type: ignore[no-untyped-call]
        else:
            current = self._renewed.current
            environ = current[chosen(getattr(sock, "sni", None), current)].get_environ(sock)
        return environ

    def _made(self, identity: Identity) -> BuiltinSSLAdapter:
        settings = self._settings
        with identity.whole_chain() as chain:
            made = BuiltinSSLAdapter(
                chain,
                identity.key_file,
                ciphers=settings.ciphers,
                private_key_password=settings.password,
            )
        context: ssl.SSLContext = made.context
        context.minimum_version = ssl.TLSVersion(VERSIONS[settings.minimum_version])
        context.set_alpn_protocols(["http/1.1"])
        context.sni_callback = self._choose
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
            context.verify_mode = VERIFY_MODES[settings.verify_client]
        return made

    def _choose(self, sock: Any, host: str | None, _: ssl.SSLContext) -> None:
        """Take the certificate of the host that the client asks for."""
        if host is None or self._renewed is None:
            return
        current = self._renewed.current
        sock.sni = host
        sock.context = current[chosen(host, current)].context


class BuiltinChannel(Channel):
    """A connection with Python's own TLS.

    Args:
        sock: The socket.
        environ: Tells what the environ says of it, once hands were shaken.
    """

    def __init__(
        self, sock: ssl.SSLSocket, environ: Callable[[ssl.SSLSocket], dict[str, str]]
    ) -> None:
        super().__init__(sock)
        self._environ = environ

    def shake_hands(self) -> dict[str, str]:
        """Go on with the handshake and return what the environ says of it.

        Raises:
            Unready: The client has to do something first.
            Plain: The client speaks HTTP without TLS.
            Failed: There is no agreement, or the client left.
        """
        try:
            self.socket.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise _unready(error) from None
        except ssl.SSLError as error:
            raise (Plain if error.reason == "HTTP_REQUEST" else Failed)(str(error)) from error
        except OSError as error:
            raise Failed(str(error)) from error
        return self._environ(self.socket)

    def recv(self, size: int) -> bytes:
        """Return what has come; see the base class."""
        try:
            data: bytes = self.socket.recv(size)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise _unready(error) from None
        except OSError as error:
            raise Gone(*error.args) from error
        return data

    def send(self, data: Any) -> int:
        """Send some bytes; see the base class."""
        try:
            sent: int = self.socket.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise _unready(error) from None
        except OSError as error:
            raise Gone(*error.args) from error
        return sent

    def pending(self) -> bool:
        """Return whether something has come that the system does not tell of any more."""
        return bool(self.socket.pending())

    def bare(self) -> Channel:
        """Send the alert that ends TLS, waiting for none (RFC 8446, 6.1), and go on without it."""
        with suppress(OSError, ValueError):
            self.socket.unwrap()
        return Channel(socket.socket(fileno=self.socket.detach()))

    def close(self) -> None:
        """End the connection in both directions."""
        self.bare().close()


def _unready(error: ssl.SSLError) -> Unready:
    return Unready(READ if isinstance(error, ssl.SSLWantReadError) else WRITE)
