"""What TLS is made from: files of certificates and keys, the key's password, and who must be known.

Nothing here speaks TLS: both libraries that do are given the same `TLSSettings`.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from getpass import getpass
from pathlib import Path
from typing import Any, Literal, TypeAlias

Password: TypeAlias = str | bytes | Callable[[], str | bytes] | None
"""The password of a private key, or what returns it; None where the key has none."""

ClientCertificates: TypeAlias = Literal["off", "optional", "required"]
"""Whether clients are asked for a certificate, and whether they must have one."""

FileState: TypeAlias = tuple[int, int, int] | None
"""What changes when a file is replaced or written; None while it is not there."""

VERSIONS = {"TLSv1": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
"""The versions of the protocol, and their numbers in it (RFC 8446, section 4.2.1)."""

VERIFICATION = ("off", "optional", "required")


@dataclass(frozen=True, slots=True)
class Identity:
    """The files with which a server shows who it is; all are PEM.

    Attributes:
        certificate: The certificate, with or without those that lead to its root.
        private_key: Its key; None if that is in the same file.
        chain: The certificates between it and its root, if they are in a file of their own.
    """

    certificate: str
    private_key: str | None = None
    chain: str | None = None

    @property
    def key_file(self) -> str:
        """The file that has the private key."""
        return self.private_key or self.certificate

    def files(self) -> list[str]:
        """Return the names of all its files."""
        return [name for name in (self.certificate, self.private_key, self.chain) if name]

    @contextmanager
    def whole_chain(self) -> Iterator[str]:
        """Give the name of a file with the certificate and its chain, until the end of the block.

        A chain among the trusted certificates would also vouch for clients, so it is not put there.
        """
        if self.chain is None:
            yield self.certificate
            return
        text = "\n".join(Path(name).read_text("ascii") for name in (self.certificate, self.chain))
        with tempfile.TemporaryDirectory() as directory:  # for its owner only: there may be a key
            joined = Path(directory) / "chain.pem"
            joined.write_text(text, "ascii")
            yield str(joined)


@dataclass(frozen=True, slots=True)
class TLSSettings:
    """What a server's settings say about TLS.

    Attributes:
        module: The library: builtin or pyopenssl.
        identity: What it shows; None only beside a context.
        context: A context of that library, which says everything else.
        hosts: What it shows to clients that ask for one of these host names.
        password: The password of the keys.
        ciphers: The cipher suites of TLS 1.2 and before, as OpenSSL names them.
        minimum_version: The oldest version of the protocol to speak.
        client_ca: The authorities that vouch for clients: a file.
        verify_client: Whether clients are asked for a certificate.
    """

    module: str
    identity: Identity | None
    context: Any = None
    hosts: Mapping[str, Identity] = field(default_factory=dict)
    password: str | bytes | None = None
    ciphers: str | None = None
    minimum_version: str = "TLSv1.2"
    client_ca: str | None = None
    verify_client: ClientCertificates = "off"

    def identities(self) -> dict[str, Identity]:
        """Return what to show by host name; the name for all others is the empty one."""
        return {"": self.identity, **self.hosts} if self.identity else {}

    def state(self) -> dict[str, FileState]:
        """Return what the files are like at this moment."""
        names = {name for each in self.identities().values() for name in each.files()}
        names.update([self.client_ca] if self.client_ca else [])
        return {name: _state(name) for name in sorted(names)}


def tls_settings(server: Any) -> TLSSettings | None:
    """Return what a server's settings say about TLS; None if they say nothing.

    Raises:
        ValueError: They contradict each other, or a file cannot be read; the message says which.
    """
    if server.ssl_context is None and not server.ssl_certificate:
        _require_silence(server)
        return None
    identity = _identity(server)
    hosts = {_host(name): _host_identity(name, value) for name, value in server.ssl_hosts.items()}
    _check(server)
    settings = TLSSettings(
        server.ssl_module.lower(),
        identity,
        server.ssl_context,
        hosts,
        None,
        server.ssl_ciphers,
        server.ssl_minimum_version,
        server.ssl_client_ca,
        server.ssl_verify_client,
    )
    for name, state in settings.state().items():
        if state is None:
            raise ValueError(f"The file {name!r} of the server's TLS settings is not there.")
    return _with_password(settings, server.ssl_private_key_password)


def _identity(server: Any) -> Identity | None:
    if not server.ssl_certificate:
        return None
    chain = server.ssl_certificate_chain or None
    return Identity(server.ssl_certificate, server.ssl_private_key, chain)


def _host(name: str) -> str:
    return name.lower().rstrip(".")


def _host_identity(name: str, value: Any) -> Identity:
    if isinstance(value, str):
        return Identity(value)
    match value:
        case [str(), (str() | None), *rest] if len(rest) <= 1:
            return Identity(*value)
    raise ValueError(
        f"The server's setting ssl_hosts must have for {name!r} a certificate's file, or the files "
        f"(certificate, private key) or (certificate, private key, chain), not {value!r}."
    )


def _check(server: Any) -> None:
    for name, known in (("ssl_minimum_version", VERSIONS), ("ssl_verify_client", VERIFICATION)):
        value = getattr(server, name)
        if value not in known:
            words = ", ".join(known)
            raise ValueError(f"The server's setting {name} must be one of {words}, not {value!r}.")
    if server.ssl_context is None and (server.ssl_verify_client != "off") != bool(
        server.ssl_client_ca
    ):
        raise ValueError(
            "The server's settings ssl_client_ca and ssl_verify_client belong together: the first "
            "names the authorities that vouch for clients, the second is 'optional' or 'required'."
        )


def _require_silence(server: Any) -> None:
    """Refuse to serve without TLS what was meant to have it."""
    for name in ("ssl_private_key", "ssl_certificate_chain", "ssl_client_ca", "ssl_hosts"):
        if getattr(server, name):
            raise ValueError(
                f"The server has {name}, but neither ssl_certificate nor ssl_context: set one of "
                "them to speak TLS."
            )


def _with_password(settings: TLSSettings, password: Password) -> TLSSettings:
    given = password() if callable(password) else password
    keys = [each.key_file for each in settings.identities().values() if locked(each.key_file)]
    if given is None and keys and settings.context is None:
        given = _asked_for(keys[0])
    return replace(settings, password=given)


def locked(key_file: str) -> bool:
    """Return whether a key has a password: PKCS #8, or the older form with its header."""
    text = Path(key_file).read_bytes()
    return b"BEGIN ENCRYPTED PRIVATE KEY" in text or b"Proc-Type: 4,ENCRYPTED" in text


def _asked_for(key_file: str) -> str:
    if not sys.stdin.isatty():
        raise ValueError(
            f"The private key {key_file!r} has a password, and nobody can be asked for it: set "
            "ssl_private_key_password."
        )
    return getpass(f"Password of {key_file}: ")


def _state(name: str) -> FileState:
    try:
        status = Path(name).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
