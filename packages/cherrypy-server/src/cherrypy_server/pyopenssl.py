"""TLS with pyOpenSSL, for those who need what only its contexts can do.

Contexts change while hands are shaken: a listening socket keeps the one that it began with.
"""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import OpenSSL
from cheroot.ssl.pyopenssl import pyOpenSSLAdapter
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL

from cherrypy_server.certificates import VERSIONS, Identity, TLSSettings, locked
from cherrypy_server.channel import READ, WRITE, Channel, Gone, Unready
from cherrypy_server.handshake import Failed, Log, Plain, Renewed, checked_context
from cherrypy_server.hosts import chosen

VERIFY_MODES = {
    "off": SSL.VERIFY_NONE,
    "optional": SSL.VERIFY_PEER,
    "required": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}


class PyOpenSSLTLS(pyOpenSSLAdapter):
    """The TLS of a server: what cheroot asks for each connection.

    Args:
        settings: Certificates and rules.
        log: Where it is reported that certificates were renewed.

    Raises:
        ValueError: A certificate or key cannot be used; the message says which and why.
    """

    def __init__(self, settings: TLSSettings, log: Log) -> None:
        super().__init__(settings.identity and settings.identity.certificate, None)
        self._settings = settings
        self._renewed: Renewed | None = None
        self.context: Any
        if settings.context is None:
            self._renewed = Renewed(settings, self._made, log)
            self.context = self._renewed.current[""]
        else:
            self.context = checked_context(settings.context, SSL.Context, "OpenSSL.SSL.Context")

    def bind(self, sock: socket.socket) -> socket.socket:
        """Return the listening socket, which needs no TLS."""
        return sock

    def channel(self, sock: socket.socket) -> Channel:
        """Return an accepted connection, with the handshake to come."""
        if self._renewed is not None:
            self._renewed.refresh()
            self.context = self._renewed.current[""]
        connection = SSL.Connection(self.context, sock)
        connection.set_accept_state()
        return PyOpenSSLChannel(connection, self.get_environ())

    def get_environ(self) -> dict[str, str]:
        """Return what the environ says of all connections."""
        return {
            "wsgi.url_scheme": "https",
            "HTTPS": "on",
            "SSL_VERSION_INTERFACE": f"pyOpenSSL/{OpenSSL.__version__}",
            "SSL_VERSION_LIBRARY": SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode(),
        }

    def _made(self, identity: Identity) -> SSL.Context:
        settings = self._settings
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        with identity.whole_chain() as chain:
            context.use_certificate_chain_file(chain)
        context.use_privatekey(_key(identity.key_file, settings.password))
        context.check_privatekey()
        context.set_min_proto_version(VERSIONS[settings.minimum_version])
        context.set_tlsext_servername_callback(self._choose)
        if settings.ciphers is not None:
            context.set_cipher_list(settings.ciphers.encode())
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
            context.set_session_id(b"cherrypy-server")
            context.set_verify(VERIFY_MODES[settings.verify_client])
        return context

    def _choose(self, sock: SSL.Connection) -> None:
        """Take the certificate of the host that the client asks for, or the default one."""
        if self._renewed is not None:
            host = (sock.get_servername() or b"").decode("ascii", "replace")
            current = self._renewed.current
            sock.set_context(current[chosen(host, current)])


class PyOpenSSLChannel(Channel):
    """A connection with pyOpenSSL's TLS.

    Args:
        sock: The socket.
        environ: What the environ says of all connections.
    """

    def __init__(self, sock: SSL.Connection, environ: dict[str, str]) -> None:
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
        except (SSL.WantReadError, SSL.WantWriteError) as error:
            raise _unready(error) from None
        except SSL.Error as error:
            raise (Plain if "http request" in str(error) else Failed)(str(error)) from error
        return self._environ | _connection(self.socket)

    def recv(self, size: int) -> bytes:
        """Return what has come; see the base class."""
        try:
            data: bytes = self.socket.recv(size)
        except (SSL.WantReadError, SSL.WantWriteError) as error:
            raise _unready(error) from None
        except SSL.ZeroReturnError:
            return b""
        except SSL.Error as error:
            if error.args and error.args[0] == -1:  # it left without a word
                return b""
            raise Gone(*error.args) from error
        return data

    def send(self, data: Any) -> int:
        """Send some bytes; see the base class."""
        try:
            sent: int = self.socket.send(bytes(data))
        except (SSL.WantReadError, SSL.WantWriteError) as error:
            raise _unready(error) from None
        except SSL.Error as error:
            raise Gone(*error.args) from error
        return sent

    def pending(self) -> bool:
        """Return whether something has come that the system does not tell of any more."""
        return bool(self.socket.pending())

    def stop_reading(self) -> None:
        """Let whoever waits for the client see the end of what it sends."""
        with suppress(OSError):
            self.socket.sock_shutdown(socket.SHUT_RD)

    def bare(self) -> Channel:
        """Send the alert that ends TLS, waiting for none (RFC 8446, 6.1), and go on without it."""
        with suppress(SSL.Error):
            self.socket.shutdown()
        return Channel(socket.socket(fileno=self.socket.detach()))

    def close(self) -> None:
        """End the connection in both directions."""
        self.bare().close()


def _unready(error: SSL.Error) -> Unready:
    return Unready(READ if isinstance(error, SSL.WantReadError) else WRITE)


def _connection(sock: SSL.Connection) -> dict[str, str]:
    """Return mod_ssl's variables for a connection whose certificates OpenSSL has verified."""
    ours = sock.get_certificate(as_cryptography=True)
    theirs = sock.get_peer_certificate(as_cryptography=True)
    host = sock.get_servername()
    environ = {
        "SSL_PROTOCOL": sock.get_protocol_version_name(),
        "SSL_CIPHER": sock.get_cipher_name() or "",
        "SSL_CIPHER_USEKEYSIZE": str(sock.get_cipher_bits() or ""),
        "SSL_CLIENT_VERIFY": "SUCCESS" if theirs else "NONE",
    }
    if host:
        environ["SSL_TLS_SNI"] = host.decode("ascii", "replace")
    return environ | _certificate("SSL_SERVER", ours) | _certificate("SSL_CLIENT", theirs)


def _certificate(prefix: str, certificate: x509.Certificate | None) -> dict[str, str]:
    if certificate is None:
        return {}
    environ = {
        f"{prefix}_CERT": certificate.public_bytes(Encoding.PEM).decode("ascii").strip(),
        f"{prefix}_M_SERIAL": f"{certificate.serial_number:X}",
    }
    names = _name(f"{prefix}_S_DN", certificate.subject)
    return environ | names | _name(f"{prefix}_I_DN", certificate.issuer)


def _name(variable: str, name: x509.Name) -> dict[str, str]:
    """Return a distinguished name, whole and by its parts, as Apache's mod_ssl names them."""
    parts = [(each.rfc4514_attribute_name, str(each.value)) for each in name]
    whole = {variable: ",".join(f"{short}={value}" for short, value in parts)}
    return whole | {f"{variable}_{short}": value for short, value in parts}


def _key(name: str, password: str | bytes | None) -> Any:
    known = password.encode() if isinstance(password, str) else password
    return load_pem_private_key(Path(name).read_bytes(), known if locked(name) else None)
