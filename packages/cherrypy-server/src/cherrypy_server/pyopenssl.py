"""TLS with pyOpenSSL, for those who need what only its contexts can do.

Contexts change while hands are shaken: a listening socket keeps the one that it began with.
"""

import io
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import OpenSSL
from cheroot import errors
from cheroot.makefile import StreamReader, StreamWriter
from cheroot.ssl.pyopenssl import pyOpenSSLAdapter
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL

from cherrypy_server.certificates import VERSIONS, Identity, TLSSettings, locked
from cherrypy_server.handshake import Log, Renewed
from cherrypy_server.hosts import chosen

T = TypeVar("T")

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
        self.context = settings.context
        if settings.context is None:
            self._renewed = Renewed(settings, self._made, log)
            self.context = self._renewed.current[""]

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:
        """Return the socket with TLS to come, and nothing for the environ yet."""
        if self._renewed is not None:
            self._renewed.refresh()
        return sock, {}

    def shake_hands(self, sock: SSL.Connection) -> dict[str, str]:
        """Do the handshake and return what the environ says of it.

        Raises:
            cheroot.errors.NoSSLError: The client speaks HTTP without TLS.
            cheroot.errors.FatalSSLAlert: There is no agreement, or the client left.
        """
        try:
            _wait_for(sock.do_handshake, sock)
        except SSL.Error as error:
            plain = "http request" in str(error)
            raise (errors.NoSSLError if plain else errors.FatalSSLAlert)(str(error)) from error
        except OSError as error:
            raise errors.FatalSSLAlert(str(error)) from error
        return self.get_environ() | _connection(sock)

    def makefile(self, sock: SSL.Connection, mode: str = "r", bufsize: int = -1) -> Any:
        """Return a file for reading from a connection, or for writing to it."""
        kind = StreamReader if "r" in mode else StreamWriter
        size = bufsize if bufsize > 0 else io.DEFAULT_BUFFER_SIZE
        return kind(_Waiting(sock), mode, size)

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


class _Waiting:
    """A connection as cheroot's files want a socket: one that waits, and ends with no bytes."""

    def __init__(self, sock: SSL.Connection) -> None:
        self._sock = sock

    def recv_into(self, buffer: Any) -> int:
        """Receive some bytes; 0 when the client has ended."""
        try:
            return _wait_for(lambda: self._sock.recv_into(buffer), self._sock)
        except SSL.ZeroReturnError:
            return 0
        except SSL.SysCallError as error:
            if error.args[0] == -1:
                return 0
            raise OSError(*error.args) from error
        except SSL.Error as error:
            raise errors.FatalSSLAlert(str(error)) from error

    def send(self, data: bytes) -> int:
        """Send some bytes and return their number."""
        try:
            return _wait_for(lambda: self._sock.send(data), self._sock)
        except SSL.SysCallError as error:
            raise OSError(*error.args) from error
        except SSL.Error as error:
            raise errors.FatalSSLAlert(str(error)) from error

    def _decref_socketios(self) -> None:
        """Take notice that a file was closed: the connection closes its socket itself."""


def _wait_for(step: Callable[[], T], sock: SSL.Connection) -> T:
    """Repeat a step of TLS until it is done, sleeping while the other side has to do something.

    Raises:
        TimeoutError: It took longer than the socket's time limit.
    """
    deadline = time.monotonic() + (sock.gettimeout() or 0)
    while True:
        try:
            return step()
        except SSL.WantReadError:
            event = select.POLLIN
        except SSL.WantWriteError:
            event = select.POLLOUT
        _sleep_until(event, sock, deadline)


def _sleep_until(event: int, sock: SSL.Connection, deadline: float) -> None:
    poll = select.poll()
    poll.register(sock.fileno(), event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError("timed out")


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
