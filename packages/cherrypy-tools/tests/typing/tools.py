"""What type-checks with the tools, and what does not."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any, assert_type

import webob

from cherrypy_httputil import RequestMessage, ResponseMessage
from cherrypy_tools import (
    Encoded,
    Encoder,
    Origin,
    accept,
    allow,
    compress,
    convert_params,
    decompress,
    encode,
    expires,
    gzip,
    ignore_headers,
    json_in,
    json_out,
    proxy,
    redirect,
    referer,
    response_headers,
    secure_headers,
    trailing_slash,
    validate_etags,
    validate_since,
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
