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

    `modified` is its time of modification in seconds of the epoch, None if nobody knows. `etag`
    is its strong entity-tag, None if it has none.
    """

    modified: float | None
    etag: str | None = None

    @property
    def date(self) -> str:
        """The Last-Modified field; empty if there is none."""
        return "" if self.modified is None else HTTPDate(self.modified)


def is_not_modified(request: RequestMessage, validators: Validators) -> bool:
    """Tell whether the client has this version already, so that 304 is the answer.

    Raises:
        HTTPError: 412 if If-Match or If-Unmodified-Since asks for another version.
    """
    headers = request.headers
    _check_expected(headers, validators)
    if request.method not in READING:
        return False
    tags = headers.get("If-None-Match")
    if tags is not None:
        return _is_listed(tags, validators, weak=True)
    since = headers.get("If-Modified-Since")
    return since is not None and _is_unmodified(since, validators)


def _check_expected(headers: Mapping[str, str], validators: Validators) -> None:
    tags = headers.get("If-Match")
    if tags is not None:
        if not _is_listed(tags, validators, weak=False):
            raise HTTPError(412)
        return
    since = headers.get("If-Unmodified-Since")
    if since is None or validators.modified is None or parse_date(since) is None:
        return
    if not _is_unmodified(since, validators):
        raise HTTPError(412)


def may_send_range(headers: Mapping[str, str], validators: Validators) -> bool:
    """Tell whether the version that If-Range names is this one; true without that field.

    A date is no strong validator in the second that it names: the file may change once more in it.
    """
    condition = headers.get("If-Range")
    if condition is None:
        return True
    condition = condition.strip()
    if condition.startswith('"'):
        return condition == validators.etag
    if condition != validators.date or validators.modified is None:
        return False
    return time.time() - int(validators.modified) >= 1


def _is_listed(tags: str, validators: Validators, *, weak: bool) -> bool:
    listed = parse_etags(tags)
    if listed == ["*"]:
        return True
    if weak:
        listed = [tag.removeprefix("W/") for tag in listed]
    return validators.etag in listed


def _is_unmodified(since: str, validators: Validators) -> bool:
    if validators.modified is None:
        return False
    if since == validators.date:
        return True
    date = parse_date(since)
    return date is not None and int(validators.modified) <= date.timestamp()
