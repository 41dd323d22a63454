"""Log records as JSON, one object a line, with the identifier of the request that they belong to.

The request is the one that is bound where the record is made, so it works for any logger of the
program, also in a thread that was handed the request's context.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from cherrypy_serving import UnboundError, serving

__all__ = ["JSONFormatter"]


class JSONFormatter(logging.Formatter):
    """Format a record as one line of JSON.

    The members are ``time`` (RFC 3339, UTC), ``level``, ``logger`` and ``message``; ``request_id``
    while a request is running; ``traceback`` and ``stack`` where the record has them; and what was
    given as ``extra``. A line of the access log has the parts of the line as members, too.

    Examples:
        >>> import json
        >>> import logging
        >>> record = logging.makeLogRecord({"msg": "%s left", "args": ("two",), "shelf": 3})
        >>> members = json.loads(JSONFormatter().format(record))
        >>> members["message"], members["shelf"]
        ('two left', 3)
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, in printable ASCII."""
        members: dict[str, Any] = {
            "time": _rfc3339(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": getattr(record, "plain_message", None) or record.getMessage(),
        }
        if identifier := _request_id():
            members["request_id"] = identifier
        if record.exc_info:
            members["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            members["stack"] = self.formatStack(record.stack_info)
        members |= {name: record.__dict__[name] for name in record.__dict__.keys() - _USUAL}
        import json  # noqa: PLC0415 - most logs are plain text

        return json.dumps(members, default=repr)


#: What every record has, and what other formatters leave on it.
_USUAL = {
    *vars(logging.makeLogRecord({})),
    "message",
    "asctime",
    "plain_message",
    "taskName",
}


def _rfc3339(seconds: float) -> str:
    when = datetime.fromtimestamp(seconds, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request_id() -> str:
    try:
        return str(serving.request.unique_id)
    except (UnboundError, AttributeError):
        return ""
