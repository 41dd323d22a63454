"""HTTP text as Python values: header maps, ranges, query strings, dates, and HTTP errors as data."""

from cherrypy_httputil.elements import (
    RE_HEADER_SPLIT,
    AcceptElement,
    ElementSplitter,
    HeaderElement,
    header_elements,
    q_separator,
)
from cherrypy_httputil.errors import (
    CherryPyException,
    Exchange,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NoExchangeError,
    NotFound,
    TimeoutError,  # noqa: A004 - the documented name
    current_exchange,
    set_exchange_provider,
)
from cherrypy_httputil.fields import check_field, field_name
from cherrypy_httputil.headers import (
    CaseInsensitiveDict,
    HeaderMap,
    header_translate_deletechars,
    header_translate_table,
)
from cherrypy_httputil.messages import RequestMessage, ResponseMessage
from cherrypy_httputil.status import Status, response_codes, valid_status

__all__ = [
    "RE_HEADER_SPLIT",
    "AcceptElement",
    "CaseInsensitiveDict",
    "CherryPyException",
    "ElementSplitter",
    "Exchange",
    "HTTPError",
    "HTTPRedirect",
    "HeaderElement",
    "HeaderMap",
    "InternalRedirect",
    "NoExchangeError",
    "NotFound",
    "RequestMessage",
    "ResponseMessage",
    "Status",
    "TimeoutError",
    "check_field",
    "current_exchange",
    "field_name",
    "header_elements",
    "header_translate_deletechars",
    "header_translate_table",
    "q_separator",
    "response_codes",
    "set_exchange_provider",
    "valid_status",
]
