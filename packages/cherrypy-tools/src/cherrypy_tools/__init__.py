"""Small functions on a request and a response: encoding, validators, redirects and more."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cherrypy_tools.cache import Cache, CachedResponse, Target, TargetedCache, uri_of
    from cherrypy_tools.caching import Verdict, forget_changed, record, serve_cached
    from cherrypy_tools.charset import FAILURE, Options, Plan
    from cherrypy_tools.codings import checked_level
    from cherrypy_tools.compression import compress, decompress, gzip
    from cherrypy_tools.conversion import convert_params, converter_for, converters_of
    from cherrypy_tools.cross_origin import CorsPolicy, cors
    from cherrypy_tools.decoding import decode_body, request_charsets
    from cherrypy_tools.encoding import Body, Encoded, Encoder, Readable, StreamEncoder, encode
    from cherrypy_tools.entity_tags import validate_etags
    from cherrypy_tools.expiry import expires
    from cherrypy_tools.flattening import Flattened, flatten
    from cherrypy_tools.forgery import CsrfTokens, csrf, new_binding
    from cherrypy_tools.forwarded import parse_forwarded
    from cherrypy_tools.forwarding import Origin, believed_peers, proxy
    from cherrypy_tools.freshness import cache_directives, may_store
    from cherrypy_tools.header_log import request_headers_text
    from cherrypy_tools.ignored import ignore_headers
    from cherrypy_tools.json_body import (
        JSON_TYPES,
        MAX_DEPTH,
        check_depth,
        check_size,
        checked_length,
        decode_json,
        encode_json,
        is_json,
        is_json_type,
        json_in,
        json_out,
        parse_json,
    )
    from cherrypy_tools.local_urls import is_local
    from cherrypy_tools.login import SessionAuth, SessionAuthOptions, Visit, session_auth
    from cherrypy_tools.memory_cache import MemoryCache
    from cherrypy_tools.methods import allow
    from cherrypy_tools.modified import validate_since
    from cherrypy_tools.monitored import MonitoredHeaderMap, autovary
    from cherrypy_tools.negotiation import accept
    from cherrypy_tools.quotas import Quota, RateLimiter, TooManyRequests, client_of, rate_limit
    from cherrypy_tools.redirection import redirect
    from cherrypy_tools.redis_cache import RedisCache
    from cherrypy_tools.referrer import referer
    from cherrypy_tools.response_coding import (
        MIME_TYPES,
        MIN_SIZE,
        ResponseCompressor,
        choose_coding,
        compress_response,
    )
    from cherrypy_tools.schedule import Scheduler
    from cherrypy_tools.security import secure_fields, secure_headers, set_missing
    from cherrypy_tools.set_headers import HeaderItems, checked_fields, response_headers
    from cherrypy_tools.slash import trailing_slash
    from cherrypy_tools.stampede import AntiStampedeCache
    from cherrypy_tools.vary import set_vary_header
    from cherrypy_tools.xmlrpc_calls import (
        Call,
        fault_of,
        find_method,
        patched_path,
        read_call,
        respond_xmlrpc,
        write_result,
    )
else:
    # Each tool is of use without the others: who asks for one does not pay for all.
    _NAMES = {
        "cache": "Cache CachedResponse Target TargetedCache uri_of",
        "caching": "Verdict forget_changed record serve_cached",
        "charset": "FAILURE Options Plan",
        "codings": "checked_level",
        "compression": "compress decompress gzip",
        "conversion": "convert_params converter_for converters_of",
        "cross_origin": "CorsPolicy cors",
        "decoding": "decode_body request_charsets",
        "encoding": "Body Encoded Encoder Readable StreamEncoder encode",
        "entity_tags": "validate_etags",
        "expiry": "expires",
        "flattening": "Flattened flatten",
        "forgery": "CsrfTokens csrf new_binding",
        "forwarded": "parse_forwarded",
        "forwarding": "Origin believed_peers proxy",
        "freshness": "cache_directives may_store",
        "header_log": "request_headers_text",
        "ignored": "ignore_headers",
        "json_body": "JSON_TYPES MAX_DEPTH check_depth check_size checked_length decode_json"
        " encode_json is_json is_json_type json_in json_out parse_json",
        "local_urls": "is_local",
        "login": "SessionAuth SessionAuthOptions Visit session_auth",
        "memory_cache": "MemoryCache",
        "methods": "allow",
        "modified": "validate_since",
        "monitored": "MonitoredHeaderMap autovary",
        "negotiation": "accept",
        "quotas": "Quota RateLimiter TooManyRequests client_of rate_limit",
        "redirection": "redirect",
        "redis_cache": "RedisCache",
        "referrer": "referer",
        "response_coding": "MIME_TYPES MIN_SIZE ResponseCompressor choose_coding compress_response",
        "schedule": "Scheduler",
        "security": "secure_fields secure_headers set_missing",
        "set_headers": "HeaderItems checked_fields response_headers",
        "slash": "trailing_slash",
        "stampede": "AntiStampedeCache",
        "vary": "set_vary_header",
        "xmlrpc_calls": "Call fault_of find_method patched_path read_call respond_xmlrpc"
        " write_result",
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

    def __getattr__(name: str) -> object:
        """Import what is asked for the first time."""
        if name not in _HOMES:
            raise AttributeError(f"module 'cherrypy_tools' has no attribute {name!r}")
        found = getattr(import_module(f"cherrypy_tools.{_HOMES[name]}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "FAILURE",
    "JSON_TYPES",
    "MAX_DEPTH",
    "MIME_TYPES",
    "MIN_SIZE",
    "AntiStampedeCache",
    "Body",
    "Cache",
    "CachedResponse",
    "Call",
    "CorsPolicy",
    "CsrfTokens",
    "Encoded",
    "Encoder",
    "Flattened",
    "HeaderItems",
    "MemoryCache",
    "MonitoredHeaderMap",
    "Options",
    "Origin",
    "Plan",
    "Quota",
    "RateLimiter",
    "Readable",
    "RedisCache",
    "ResponseCompressor",
    "Scheduler",
    "SessionAuth",
    "SessionAuthOptions",
    "StreamEncoder",
    "Target",
    "TargetedCache",
    "TooManyRequests",
    "Verdict",
    "Visit",
    "accept",
    "allow",
    "autovary",
    "believed_peers",
    "cache_directives",
    "check_depth",
    "check_size",
    "checked_fields",
    "checked_length",
    "checked_level",
    "choose_coding",
    "client_of",
    "compress",
    "compress_response",
    "convert_params",
    "converter_for",
    "converters_of",
    "cors",
    "csrf",
    "decode_body",
    "decode_json",
    "decompress",
    "encode",
    "encode_json",
    "expires",
    "fault_of",
    "find_method",
    "flatten",
    "forget_changed",
    "gzip",
    "ignore_headers",
    "is_json",
    "is_json_type",
    "is_local",
    "json_in",
    "json_out",
    "may_store",
    "new_binding",
    "parse_forwarded",
    "parse_json",
    "patched_path",
    "proxy",
    "rate_limit",
    "read_call",
    "record",
    "redirect",
    "referer",
    "request_charsets",
    "request_headers_text",
    "respond_xmlrpc",
    "response_headers",
    "secure_fields",
    "secure_headers",
    "serve_cached",
    "session_auth",
    "set_missing",
    "set_vary_header",
    "trailing_slash",
    "uri_of",
    "validate_etags",
    "validate_since",
    "write_result",
]
