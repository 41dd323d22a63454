"""Negotiate a charset: from Content-Type and Accept-Charset to a plan for the bodies.

Names come from the client. Only codecs that are charsets of the Web are looked up, the number of
names that are tried is bounded, and so is everything that is remembered.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from cherrypy_httputil import HTTPError
from cherrypy_tools.media import matches_any
from cherrypy_tools.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Callable

FALLBACK = "iso-8859-1"
"""The charset that a client takes if it names others and says nothing of this one."""

MAX_CHARSETS = 16
"""Charsets of one Accept-Charset field that are tried; the rest is ignored."""

MAX_NAME = 40
"""Characters in the name of a charset (RFC 2978, 2.3)."""

_NAME = re.compile(r"[\w.:()+-]+", re.ASCII)
"""What a name is made of. Python passes over anything else in it, but a response repeats it."""

NOT_CHARSETS = frozenset({"idna", "mbcs", "oem", "punycode", "undefined", "utf-7"})
"""Python codecs that are no charsets of the Web, or unsafe as one."""

FAILURE = "Response body could not be encoded with %r."
"""The message of the 500 where nobody chose a charset; it takes the names of those tried."""


class Options(NamedTuple):
    """How one site encodes its text; the documented options of the tool.

    Examples:
        >>> options = Options(media_types=("application/*+xml",))
        >>> options.default_encoding, options.errors
        ('utf-8', 'strict')
    """

    encoding: str | None = None
    errors: str = "strict"
    text_only: bool = True
    add_charset: bool = True
    default_encoding: str = "utf-8"
    media_types: tuple[str, ...] = ()
    failmsg: str = FAILURE


def checked(options: Options) -> Options:
    """Return the options, if they can work.

    Raises:
        ValueError: A charset, the way to handle errors, or the message is none.
    """
    for name in (options.encoding, options.default_encoding):
        if name is not None and not is_charset(name):
            raise ValueError(f"{name!r} is no charset: use a name such as 'utf-8'")
    try:
        codecs.lookup_error(options.errors)
    except LookupError as error:
        raise ValueError(f"errors is {options.errors!r}: use a name such as 'replace'") from error
    try:
        options.failmsg % "x"
    except TypeError as error:
        raise ValueError(f"failmsg is {options.failmsg!r}: it has to have one %r or %s") from error
    return options


class Plan(NamedTuple):
    """How bodies of one Content-Type are encoded for one Accept-Charset.

    `applies` is False for media types that are left alone. `charsets` are those worth trying, in
    order, and `labels` the Content-Type for each; `bytes_label` is the one for bodies of bytes.
    `names` are the charsets that were considered, known to Python or not.

    Examples:
        >>> from cherrypy_tools.charset import plan
        >>> chosen = plan(Options(), "text/html", "us-ascii, utf-8;q=0.5")
        >>> chosen.charsets, chosen.labels[0]
        (('us-ascii', 'utf-8', 'iso-8859-1'), 'text/html;charset=us-ascii')
    """

    applies: bool
    charsets: tuple[str, ...]
    labels: tuple[str, ...]
    bytes_label: str | None
    names: tuple[str, ...]


@lru_cache(maxsize=64)
def planner(options: Options) -> Callable[[str | None, str | None], Plan]:
    """Return a `plan` of these options that remembers what it has worked out."""
    return lru_cache(maxsize=256)(partial(plan, options))


def plan(options: Options, content_type: str | None, accept_charset: str | None) -> Plan:
    """Return the plan for bodies with the given field values; None is an absent field."""
    if content_type is None:
        return Plan(applies=False, charsets=(), labels=(), bytes_label=None, names=())
    declared = declared_charset(content_type)
    if declared is not None:
        return Plan(True, (declared,), (content_type,), content_type, (declared,))
    patterns = (("text/*",) if options.text_only else ("*/*",)) + options.media_types
    if not matches_any(content_type, patterns):
        return Plan(False, (), (), content_type, ())
    names = _candidates(options, accept_charset)
    charsets = tuple(name for name in names if is_charset(name))
    labels = tuple(_label(options, content_type, name) for name in charsets)
    assumed = options.encoding or options.default_encoding
    return Plan(True, charsets, labels, _label(options, content_type, assumed), names)


def declared_charset(content_type: str) -> str | None:
    """Return the charset that `content_type` names, if Python knows it as one."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'")
            return charset if is_charset(charset) else None
    return None


@lru_cache(maxsize=256)
def is_charset(name: str) -> bool:
    """Tell whether `name` names a charset that text can be encoded in."""
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        return False
    try:
        info = codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return info.name not in NOT_CHARSETS and "escape" not in info.name


def failure(options: Options, accept_charset: str | None, names: tuple[str, ...]) -> HTTPError:
    """Return the error for text that none of `names` can express, or that has no charset at all."""
    if not accept_charset and options.encoding is None:
        return HTTPError(500, options.failmsg % ", ".join(names))
    sent = (
        f"Your client sent this Accept-Charset header: {accept_charset}."
        if accept_charset
        else "Your client did not send an Accept-Charset header."
    )
    return HTTPError(406, f"{sent} We tried these charsets: {', '.join(sorted(names))}.")


def _candidates(options: Options, accept_charset: str | None) -> tuple[str, ...]:
    if not accept_charset:
        return (options.encoding or options.default_encoding,)
    accepted = _accepted(accept_charset, options)
    if options.encoding is None:
        return accepted
    folded = {name.lower() for name in accepted}
    return (options.encoding,) if options.encoding.lower() in folded else ()


def _accepted(accept_charset: str, options: Options) -> tuple[str, ...]:
    listed = preferences("Accept-Charset", accept_charset)
    named = {name.lower() for name, _ in listed}
    accepted = [name for name, quality in listed[:MAX_CHARSETS] if quality > 0]
    if not named & {"*", FALLBACK}:
        accepted.append(FALLBACK)
    wildcard = options.encoding or options.default_encoding
    return tuple(wildcard if name == "*" else name for name in accepted)


def _label(options: Options, content_type: str, charset: str) -> str:
    if not options.add_charset:
        return content_type
    kept = [part.strip() for part in content_type.split(";")]
    kept = [part for part in kept if part and not part.lower().startswith("charset=")]
    return ";".join([*kept, f"charset={charset}"])
