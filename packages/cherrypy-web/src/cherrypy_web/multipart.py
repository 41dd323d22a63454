"""What multipart bodies become: parts, and parameters of those that have names.

A part's content is gone when the next part is asked for, so each is processed as it comes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import HTTPError
from cherrypy_web.urlencoded import add_param

if TYPE_CHECKING:
    from cherrypy_web.entity import Entity

__all__ = ["process_multipart", "process_multipart_form_data", "process_multipart_params"]

#: What may be a boundary; more than RFC 2046, 5.1.1 allows, as clients go beyond it.
_BOUNDARY: Final = re.compile(r"[ -~]{0,200}[!-~]")


def process_multipart(entity: Entity) -> None:
    r"""Read all parts into ``entity.parts``, each processed by its own media type.

    Raises:
        HTTPError: 400, there is no usable boundary or the body is malformed; 413, it has more than
            a limit.

    Examples:
        >>> from io import BytesIO
        >>> from cherrypy_web import Entity
        >>> content = b"--x\r\n\r\none\r\n--x\r\n\r\ntwo\r\n--x--"
        >>> entity = Entity(BytesIO(content), {"Content-Type": "multipart/mixed; boundary=x"})
        >>> process_multipart(entity)
        >>> [part.fullvalue() for part in entity.parts]
        ['one', 'two']
    """
    # The parser is loaded with the first multipart body.
    from cherrypy_web.boundaries import part_streams  # noqa: PLC0415 - see above

    boundary = entity.content_type_param("boundary") or ""
    if not _BOUNDARY.fullmatch(boundary):
        raise HTTPError(400, f"Invalid boundary in multipart form: {boundary!r}")
    entity.usage.check_nesting(entity.depth)
    line = b"--" + boundary.encode("ascii")
    for stream in part_streams(entity.fp, boundary, entity.usage, entity.depth):
        part = entity.part_class.from_fp(stream, line)
        entity.parts.append(part)
        part.process()


def process_multipart_form_data(entity: Entity) -> None:
    r"""Read a form: parts with a name become parameters, the others stay in ``entity.parts``.

    A part with a filename is the parameter itself; of one without, its text is.

    Raises:
        HTTPError: See `process_multipart`; 400 also for text that cannot be decoded.

    Examples:
        >>> from io import BytesIO
        >>> from cherrypy_web import Entity
        >>> content = b'--x\r\nContent-Disposition: form-data; name="bird"\r\n\r\nwren\r\n--x--'
        >>> entity = Entity(BytesIO(content), {"Content-Type": "multipart/form-data; boundary=x"})
        >>> process_multipart_form_data(entity)
        >>> entity.params
        {'bird': 'wren'}
    """
    process_multipart(entity)
    for part in entity.parts:
        if part.name is not None:
            add_param(entity.params, part.name, _value(part))
    entity.parts = [part for part in entity.parts if part.name is None]


def process_multipart_params(entity: Entity) -> None:
    """Read all parts into ``entity.parts``, and make parameters of them as well.

    Parts without a name make up the parameter ``parts``. A part that is no text is given itself.

    Raises:
        HTTPError: See `process_multipart`.
    """
    process_multipart(entity)
    for part in entity.parts:
        add_param(entity.params, "parts" if part.name is None else part.name, _any_value(part))


def _value(part: Any) -> Any:
    return part.fullvalue() if part.filename is None and not part.parts else part


def _any_value(part: Any) -> Any:
    try:
        return _value(part)
    except HTTPError:
        return part
