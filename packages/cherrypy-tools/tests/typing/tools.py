"""What type-checks with the tools, and what does not."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, assert_type
from xmlrpc.client import Fault

import webob

from cherrypy_httputil import RequestMessage, ResponseMessage
from cherrypy_tools import (
    AntiStampedeCache,
    Cache,
    CachedResponse,
    CsrfTokens,
    Encoded,
    Encoder,
    MemoryCache,
    Origin,
    RateLimiter,
    RedisCache,
    SessionAuth,
    Target,
    Verdict,
    Visit,
    accept,
    allow,
    choose_coding,
    client_of,
    compress,
    compress_response,
    convert_params,
    cors,
    csrf,
    decode_body,
    decompress,
    encode,
    expires,
    fault_of,
    find_method,
    gzip,
    ignore_headers,
    json_in,
    json_out,
    proxy,
    rate_limit,
    read_call,
    record,
    redirect,
    referer,
    request_charsets,
    response_headers,
    secure_headers,
    serve_cached,
    session_auth,
    trailing_slash,
    validate_etags,
    validate_since,
    write_result,
)

request = webob.Request.blank("/")
response = webob.Response()


def on_anything_shaped_like_them(request: RequestMessage, response: ResponseMessage) -> None:
    gzip(request, response)
    ignore_headers(request, response)  # type: ignore[arg-type]


gzip(request, response, 9, ["text/*"], debug=True)
gzip(request, response, compress_level="9")  # type: ignore[arg-type]
gzip(request, response, mime_type=["text/*"])  # type: ignore[call-arg]
gzip(response, request)  # type: ignore[arg-type]
gzip(request)  # type: ignore[call-arg]

response_headers(request, response, [("A", "b")])
response_headers(request, response, {"A": "b"})
response_headers(request, response, ["A: b"])  # type: ignore[list-item]

trailing_slash(request, response, is_index=True)
trailing_slash(request, response)  # type: ignore[call-arg]
trailing_slash(request, response, True, False, 301, False, True)  # type: ignore[call-arg]

expires(request, response, dt.timedelta(days=1))
expires(request, response, secs="1 day")  # type: ignore[arg-type]

assert_type(accept(request, response, "text/html"), str | None)
accept(request, response, media=5)  # type: ignore[arg-type]
allow(request, response, "GET")
allow(request, response, method="GET")  # type: ignore[call-arg]
referer(request, response, "http://a/")
referer(request, response)  # type: ignore[call-arg]
secure_headers(request, response, {"X-Frame-Options": None}, hsts=60)
secure_headers(request, response, {"X-Frame-Options": 1})  # type: ignore[dict-item]
validate_etags(request, response, autotags=True)
validate_etags(request, response, auto_tags=True)  # type: ignore[call-arg]
validate_since(request, response)

assert_type(encode(request, response, ["a", b"b"]), Iterable[Any])
encode(request, response, [1])  # type: ignore[list-item]
assert_type(Encoder(media_types=["a/b"]).encode("a", "text/plain"), Encoded)
Encoder("utf-8", text_onyl=True)  # type: ignore[call-arg]

assert_type(compress([b"a"], 5), Iterator[bytes])
compress(["a"], 5)  # type: ignore[list-item]
assert_type(decompress(b""), bytes)

assert_type(json_out(request, response, {}), list[bytes])
json_out(request, response, {}, dumps=json.dumps)  # type: ignore[arg-type]
json_in(request, request.body_file, max_depth=5)
json_in(request, b"{}")  # type: ignore[arg-type]


def page(count: int) -> str:
    return "a" * count


assert_type(convert_params({"count": "3"}, page), dict[str, Any])
convert_params({"count": "3"}, page, exception=5)  # type: ignore[arg-type]

assert_type(proxy(request, response, own_base="http://h", peer="::1"), Origin)
proxy(request, response)  # type: ignore[call-arg]
proxy(request, response, own_base="http://h", peer="::1", trusted=5)  # type: ignore[arg-type]


def elsewhere() -> str:
    redirect(request, response, "/b")


cache = MemoryCache()
cache.delay = 60
cache.delay = "60"  # type: ignore[assignment]
cache.antistampede_timeout = None
cache.start(lambda task, frequency, name: None)
cache.start(5)  # type: ignore[arg-type]
MemoryCache(request)  # type: ignore[arg-type]
assert_type(AntiStampedeCache().wait("k", timeout=None), Any)
target = Target("http://host/", request, response, 0.0)
assert_type(cache.at(target), Cache)
assert_type(RedisCache().at(target), Cache)
verdict = serve_cached(request, response, cache.at(target), ["POST"], debug=True)
assert_type(verdict, Verdict)
serve_cached(request, response, cache.at(target), delay=5)  # type: ignore[call-arg]
serve_cached(request, response, {})  # type: ignore[arg-type]
record(request, response, cache, cookies=True)
record(request, response, cache, True)  # type: ignore[call-arg]
cache.keep(target, CachedResponse("200 OK", {}, b"", 0.0), 0)
cache.keep(request, None, 0)  # type: ignore[arg-type]


class Incomplete(Cache):
    def get(self) -> None: ...


Incomplete()  # type: ignore[abstract]

assert_type(request_charsets(["utf-8"], "latin-1"), list[str])
request_charsets(["utf-8"], 5)  # type: ignore[arg-type]
assert_type(decode_body(b"", ["utf-8"]), str)
decode_body("", ["utf-8"])  # type: ignore[arg-type]

assert_type(SessionAuth().run(), bool | None)
session_auth(5)  # type: ignore[arg-type]


def log_in(visit: Visit) -> bool:
    session_auth(visit, chek_username_and_password=None)  # type: ignore[call-arg]
    session_auth(visit, session_key=5)  # type: ignore[arg-type]
    session_auth(visit, check_username_and_password=lambda name: None)  # type: ignore[arg-type, misc]
    return session_auth(visit, check_username_and_password=lambda name, password: None, debug=True)


assert_type(read_call(b"").method, str)
read_call("")  # type: ignore[arg-type]
assert_type(find_method(object(), "a"), Callable[..., Any])
assert_type(write_result(None, allow_none=True), bytes)
assert_type(fault_of(ValueError()), Fault)

compress_response(request, response, ["br"], levels={"br": 5}, min_size=0)
compress_response(request, response, levels=5)  # type: ignore[arg-type]
compress_response(request, response, compress_level=5)  # type: ignore[call-arg]
assert_type(choose_coding("gzip", ("gzip",)), str | None)

assert_type(cors(request, response, "https://example.com", credentials=True), bool)
cors(request, response, origin="*")  # type: ignore[call-arg]
cors(request, response, max_age="1")  # type: ignore[arg-type]

csrf(request, response, CsrfTokens("secret" * 4), "session id", params={"csrf_token": "x"})
csrf(request, response, "secret", None)  # type: ignore[arg-type]
CsrfTokens(5)  # type: ignore[arg-type]

rate_limit(request, response, RateLimiter("5/minute"), client_of("::1"))
rate_limit(request, response, "5/minute", "ann")  # type: ignore[arg-type]
RateLimiter(5)  # type: ignore[arg-type]
