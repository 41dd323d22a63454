"""Read calls by XML-RPC, find their methods, and write the answers: the `xmlrpc` tool.

The XML comes from strangers: a document type, with which entities could grow, is refused, and so is
what is nested without end. The parser is loaded with the first call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from xmlrpc.client import Fault

    from cherrypy_httputil import ResponseMessage

NOT_SUPPORTED = 1
"""The fault code for everything that an application did not give one itself."""

NOT_WELL_FORMED = -32700
"""The fault code for a body that is no call, as agreed among implementers of XML-RPC."""

MAX_DEPTH = 600
"""Elements within each other in a call: 200 arrays or 150 structures."""

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Call(NamedTuple):
    """A call of a method.

    Examples:
        >>> call = Call((1, 2), "add")
        >>> {"add": int.__add__}[call.method](*call.params)
        3
    """

    params: tuple[Any, ...]
    method: str


def read_call(body: bytes, *, use_builtin_types: bool = False, max_depth: int = MAX_DEPTH) -> Call:
    """Return the call in the body of a request.

    Args:
        body: The XML.
        use_builtin_types: Return dates as `datetime` and binary data as `bytes`, instead of the
            classes of `xmlrpc.client`.
        max_depth: How many elements may be within each other.

    Raises:
        Fault: It is no call, has a document type, or is nested too deeply.

    Examples:
        >>> read_call(b"<methodCall><methodName>add</methodName><params/></methodCall>")
        Call(params=(), method='add')
    """
    from xml.parsers.expat import ParserCreate  # noqa: PLC0415 - many sites never read XML
    from xmlrpc.client import Fault, Unmarshaller  # noqa: PLC0415 - many sites never read XML

    target = Unmarshaller(use_builtin_types=use_builtin_types)
    watch = _Watch(target, max_depth)
    parser = ParserCreate()
    parser.StartElementHandler = watch.start
    parser.EndElementHandler = watch.end
    parser.CharacterDataHandler = target.data
    parser.StartDoctypeDeclHandler = watch.refuse
    target.xml("", None)  # it gets text, nothing of which is to be decoded
    try:
        parser.Parse(body, True)
        params, method = target.close(), target.getmethodname()
    except Exception as error:  # the unmarshaller raises whatever int() and the like raise
        raise Fault(NOT_WELL_FORMED, f"The body is no call by XML-RPC: {error}") from error
    if method is None:
        raise Fault(NOT_WELL_FORMED, "The body is no call by XML-RPC: it names no method")
    return Call(tuple(params), method)


def find_method(root: object, name: str) -> Callable[..., Any]:
    """Return the exposed method that a dotted name leads to.

    Args:
        root: The object at which the path begins.
        name: Such as `system.listMethods`. No part may begin with an underscore.

    Raises:
        Fault: There is none.

    Examples:
        >>> class Site:
        ...     def add(self, a, b):
        ...         return a + b
        ...     add.exposed = True
        >>> find_method(Site(), "add")(1, 2)
        3
    """
    found: Any = root
    for part in name.split("."):
        found = None if part.startswith("_") else getattr(found, part, None)
        if found is None:
            break
    if found is None or not callable(found) or not getattr(found, "exposed", False):
        from xmlrpc.client import Fault  # noqa: PLC0415 - many sites never read XML

        raise Fault(NOT_SUPPORTED, f'method "{name}" is not supported')
    method: Callable[..., Any] = found
    return method


def write_result(value: Any, encoding: str = "utf-8", allow_none: bool = False) -> bytes:
    """Return the answer to a call.

    Args:
        value: What the method returned, or a `Fault`.
        encoding: The charset of the answer.
        allow_none: Write None as `<nil/>`, which not every client knows.

    Raises:
        TypeError: A value has no form in XML-RPC, as None without `allow_none`.
        OverflowError: An integer has more than 32 bits.
        ValueError: A text has a character that XML cannot have; send it as `bytes`.

    Examples:
        >>> from xmlrpc.client import loads
        >>> loads(write_result([1, "é"]))
        (([1, 'é'],), None)
    """
    from xmlrpc.client import Fault, dumps  # noqa: PLC0415 - many sites never read XML

    answer = value if isinstance(value, Fault) else (value,)
    text = dumps(answer, methodresponse=True, encoding=encoding, allow_none=allow_none)
    wrong = NOT_IN_XML.search(text)
    if wrong:
        raise ValueError(f"{wrong[0]!r} cannot stand in XML: send the text as bytes")
    return text.encode(encoding, "xmlcharrefreplace")


def fault_of(error: BaseException) -> Fault:
    """Return an exception as a fault: its code is 1 and its text that of the exception.

    A `Fault` remains what it is. The text goes to the client: an exception may say too much.

    Examples:
        >>> fault_of(ValueError("too small"))
        <Fault 1: 'too small'>
    """
    from xmlrpc.client import Fault  # noqa: PLC0415 - many sites never read XML

    if isinstance(error, Fault):
        return error
    return Fault(NOT_SUPPORTED, NOT_IN_XML.sub("\ufffd", str(error)))


def respond_xmlrpc(response: ResponseMessage, body: bytes) -> None:
    """Make `body` the response. Its status is 200, also for a fault.

    Examples:
        >>> from webob import Response
        >>> response = Response()
        >>> respond_xmlrpc(response, write_result(3))
        >>> response.headers["Content-Type"], response.status_code
        ('text/xml', 200)
    """
    response.status_code = 200
    response.app_iter = [body]
    response.headers["Content-Type"] = "text/xml"
    response.headers["Content-Length"] = str(len(body))


def patched_path(path: str) -> str:
    """Return the path to dispatch a call by: with a slash at its end, and without `/RPC2`.

    Examples:
        >>> patched_path("/RPC2"), patched_path("/shop")
        ('/', '/shop/')
    """
    ended = path if path.endswith("/") else path + "/"
    return ended[len("/RPC2") :] if ended.startswith("/RPC2/") else ended


class _Watch:
    """Stands between the parser and what builds the values, and counts."""

    def __init__(self, target: Any, max_depth: int) -> None:
        self._target = target
        self._max_depth = max_depth
        self._depth = 0

    def start(self, tag: str, attributes: Any) -> None:
        self._depth += 1
        if self._depth > self._max_depth:
            raise ValueError(f"more than {self._max_depth} elements are within each other")
        self._target.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._target.end(tag)

    def refuse(self, *_declaration: object) -> None:
        raise ValueError("it has a document type")
