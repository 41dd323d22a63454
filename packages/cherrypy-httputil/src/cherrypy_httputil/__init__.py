"""HTTP text as Python values: header maps, ranges, query strings, dates, and errors as data."""

from cherrypy_httputil.charsets import find_charset
from cherrypy_httputil.credentials import parse_auth_params, parse_credentials, quote_string
from cherrypy_httputil.dates import HTTPDate, parse_date
from cherrypy_httputil.elements import (
    RE_HEADER_SPLIT,
    AcceptElement,
    ElementSplitter,
    HeaderElement,
    header_elements,
    q_separator,
)
from cherrypy_httputil.entity_tags import parse_etags
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
    HeaderValue,
    header_translate_deletechars,
    header_translate_table,
)
from cherrypy_httputil.hosts import Host, SanitizedHost
from cherrypy_httputil.messages import RequestMessage, ResponseMessage
from cherrypy_httputil.protocols import protocol_from_http
from cherrypy_httputil.query import (
    TooManyFieldsError,
    image_map_pattern,
    parse_fields,
    parse_query_string,
)
from cherrypy_httputil.ranges import get_ranges
from cherrypy_httputil.status import Status, response_codes, valid_status
from cherrypy_httputil.text import decode_field, decode_TEXT, decode_TEXT_maybe
from cherrypy_httputil.urls import urljoin, urljoin_bytes

__all__ = [
    "RE_HEADER_SPLIT",
    "AcceptElement",
    "CaseInsensitiveDict",
    "CherryPyException",
    "ElementSplitter",
    "Exchange",
    "HTTPDate",
    "HTTPError",
    "HTTPRedirect",
    "HeaderElement",
    "HeaderMap",
    "HeaderValue",
    "Host",
    "InternalRedirect",
    "NoExchangeError",
    "NotFound",
    "RequestMessage",
    "ResponseMessage",
    "SanitizedHost",
    "Status",
    "TimeoutError",
    "TooManyFieldsError",
    "check_field",
    "current_exchange",
    "decode_TEXT",
    "decode_TEXT_maybe",
    "decode_field",
    "field_name",
    "find_charset",
    "get_ranges",
    "header_elements",
    "header_translate_deletechars",
    "header_translate_table",
    "image_map_pattern",
    "parse_auth_params",
    "parse_credentials",
    "parse_date",
    "parse_etags",
    "parse_fields",
    "parse_query_string",
    "protocol_from_http",
    "q_separator",
    "quote_string",
    "response_codes",
    "set_exchange_provider",
    "urljoin",
    "urljoin_bytes",
    "valid_status",
]
