"""Decide what a conditional request gets, in the order that RFC 9110, 13.2.2 fixes.

The usual revalidation sends back the very date that it was given, so texts are compared before
dates are read.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from cherrypy_httputil import HTTPDate, HTTPError, parse_date, parse_etags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage

READING = frozenset({"GET", "HEAD"})


class Validators(NamedTuple):
    """What tells one version of a file from another.

    `modified` is its time of modification in whole seconds of the epoch, None if nobody knows.
    `date` is what Last-Modified says, empty if there is no such field. `etag` is its strong
    entity-tag, None if it has none.
    """

    modified: int | None = None
    date: str = ""
    etag: str | None = None


def validators(modified: float, etag: str | None = None) -> Validators:
    """Return the validators of a file.

    A time to come is sent as now: no response may say that it was changed after it was sent (RFC
    9110, 8.8.2.1).

    Args:
        modified: Its time of modification, in seconds of the epoch.
        etag: Its strong entity-tag.
    """
    return Validators(int(modified), HTTPDate(min(modified, time.time())), etag)


def is_not_modified(request: RequestMessage, current: Validators) -> bool:
    """Tell whether the client has this version already, so that 304 is the answer.

    Raises:
        HTTPError: 412 if If-Match or If-Unmodified-Since asks for another version.
    """
    headers = request.headers
    _check_expected(headers, current)
    if request.method not in READING:
        return False
    tags = headers.get("If-None-Match")
    if tags is not None:
        return _is_listed(tags, current, weak=True)
    since = headers.get("If-Modified-Since")
    return since is not None and _is_unmodified(since, current)


def _check_expected(headers: Mapping[str, str], current: Validators) -> None:
    tags = headers.get("If-Match")
    if tags is not None:
        if not _is_listed(tags, current, weak=False):
            raise HTTPError(412)
        return
    since = headers.get("If-Unmodified-Since")
    if since is None or current.modified is None or parse_date(since) is None:
        return
    if not _is_unmodified(since, current):
        raise HTTPError(412)


def may_send_range(headers: Mapping[str, str], current: Validators) -> bool:
    """Tell whether the version that If-Range names is this one; true without that field.

    A date is no strong validator in the second that it names: the file may change once more in it.
    """
    condition = headers.get("If-Range")
    if condition is None:
        return True
    condition = condition.strip()
    if condition.startswith('"'):
        return condition == current.etag
    if condition != current.date or current.modified is None:
        return False
    return time.time() - current.modified >= 1


def _is_listed(tags: str, current: Validators, *, weak: bool) -> bool:
    listed = parse_etags(tags)
    if listed == ["*"]:
        return True
    if weak:
        listed = [tag.removeprefix("W/") for tag in listed]
    return current.etag in listed


def _is_unmodified(since: str, current: Validators) -> bool:
    if current.modified is None:
        return False
    if since == current.date:
        return True
    date = parse_date(since)
    return date is not None and current.modified <= date.timestamp()
