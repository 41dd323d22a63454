"""The header fields in a WSGI environ.

It is read once for every request, so a key that was seen before costs one look into a dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_httputil.fields import NameCache
from cherrypy_httputil.text import decode_field

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {
    "CONTENT_LENGTH": "Content-Length",
    "CONTENT_TYPE": "Content-Type",
    "HTTP_CGI_AUTHORIZATION": "Authorization",
    # These are not fields, but are read like them.
    "REMOTE_ADDR": "Remote-Addr",
    "REMOTE_HOST": "Remote-Host",
}

# What a client sends under the name of something that the server has to say.
_FORGED = {"HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "HTTP_REMOTE_ADDR", "HTTP_REMOTE_HOST"}


def _field_name(key: str) -> str:
    """Return the name of the field that a key stands for, or nothing for the other keys."""
    if not key.startswith("HTTP_") or key in _NAMES:
        return _NAMES.get(key, "")
    return "" if key in _FORGED else key[5:].replace("_", "-").title()


_names = NameCache(_field_name)


def environ_fields(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return name and value of each field in a WSGI environ, names in title case."""
    fields: dict[str, str] = {}
    for key, value in environ.items():
        name = _names[key]
        if name:
            fields[name] = decode_field(name, value) if "=?" in value else value
    if "HTTP_AUTHORIZATION" in environ:  # then the one for CGI is nobody's but the client's
        fields["Authorization"] = environ["HTTP_AUTHORIZATION"]
    for name in ("Content-Length", "Content-Type"):
        if fields.get(name) == "":  # as good as not there (PEP 3333)
            del fields[name]
    return fields
