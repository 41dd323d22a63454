"""Each default tool as a decorator: its options, one that is misspelt, and one of another type."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import cherrypy

tools = cherrypy.tools


class Root:
    """A page with everything."""

    @cherrypy.expose
    @tools.accept(media=["text/html"], debug=True)
    @tools.allow(methods="GET")
    @tools.autovary(ignore=["Host"])
    @tools.caching(delay=5, maxobjects=10, antistampede_timeout=None, cookies=True)
    @tools.compress(codings=["gzip"], levels={"gzip": 9}, min_size=100)
    @tools.cors(origins="*", max_age=5)
    @tools.csrf(secret=b"x" * 20, exempt_methods=["GET"])
    @tools.decode(encoding="utf-8")
    @tools.encode(encoding="utf-8", media_types=["application/*+xml"], failmsg="%r")
    @tools.err_redirect(url="/", internal=False)
    @tools.etags(autotags=True)
    @tools.expires(secs=dt.timedelta(days=1), force=True)
    @tools.flatten()
    @tools.gzip(compress_level=9, mime_types=["text/*"])
    @tools.ignore_headers(headers=["Range"])
    @tools.json_in(content_type="application/json", force=False, max_size=1000)
    @tools.json_out(content_type=None, dumps=lambda value: b"")
    @tools.log_headers(hidden=["Authorization"])
    @tools.log_hooks(debug=True)
    @tools.log_tracebacks(severity=30)
    @tools.params(exception=(ValueError, TypeError), error=422)
    @tools.proxy(base="http://www.example.com", trusted=["10.0.0.0/8"])
    @tools.rate_limit(limits="1/second", prefixes=(32, 48))
    @tools.redirect(url="/", internal=False)
    @tools.referer(pattern=re.compile("http://"), error=404)
    @tools.response_headers(headers=[("X-A", "b")])
    @tools.secure_headers(headers={"X-Frame-Options": None}, hsts=60)
    @tools.trailing_slash(missing=False, status=302)
    @tools.xmlrpc(encoding="utf-8", allow_none=True)
    def index(self) -> Any:
        """Answer."""


tools.accept(medium="text/html")  # type: ignore[call-arg]
tools.accept(media=5)  # type: ignore[arg-type]
tools.allow(method="GET")  # type: ignore[call-arg]
tools.allow(methods=5)  # type: ignore[arg-type]
tools.autovary(ignored=["Host"])  # type: ignore[call-arg]
tools.autovary(ignore=5)  # type: ignore[arg-type]
tools.caching(delai=5)  # type: ignore[call-arg]
tools.caching(delay="5")  # type: ignore[arg-type]
tools.compress(coding=["gzip"])  # type: ignore[call-arg]
tools.compress(min_size="1")  # type: ignore[arg-type]
tools.cors(origin="*")  # type: ignore[call-arg]
tools.cors(max_age="5")  # type: ignore[arg-type]
tools.csrf(secrets="x" * 20)  # type: ignore[call-arg]
tools.csrf(secret=5)  # type: ignore[arg-type]
tools.decode(encodings="utf-8")  # type: ignore[call-arg]
tools.decode(encoding=5)  # type: ignore[arg-type]
tools.encode(text_onyl=True)  # type: ignore[call-arg]
tools.encode(text_only="yes")  # type: ignore[arg-type]
tools.err_redirect(to="/")  # type: ignore[call-arg]
tools.err_redirect(url=5)  # type: ignore[arg-type]
tools.etags(autotag=True)  # type: ignore[call-arg]
tools.etags(autotags="yes")  # type: ignore[arg-type]
tools.expires(seconds=5)  # type: ignore[call-arg]
tools.expires(secs="5")  # type: ignore[arg-type]
tools.flatten(deep=True)  # type: ignore[call-arg]
tools.flatten(debug="yes")  # type: ignore[arg-type]
tools.gzip(level=9)  # type: ignore[call-arg]
tools.gzip(compress_level="9")  # type: ignore[arg-type]
tools.ignore_headers(header="Range")  # type: ignore[call-arg]
tools.ignore_headers(headers=5)  # type: ignore[arg-type]
tools.json_in(types="application/json")  # type: ignore[call-arg]
tools.json_in(max_size="1000")  # type: ignore[arg-type]
tools.json_out(encoder=repr)  # type: ignore[call-arg]
tools.json_out(dumps=repr)  # type: ignore[arg-type]
tools.log_headers(hide="Authorization")  # type: ignore[call-arg]
tools.log_headers(hidden=5)  # type: ignore[arg-type]
tools.log_hooks(sorted=True)  # type: ignore[call-arg]
tools.log_hooks(debug="yes")  # type: ignore[arg-type]
tools.log_tracebacks(level=30)  # type: ignore[call-arg]
tools.log_tracebacks(severity="high")  # type: ignore[arg-type]
tools.params(status=422)  # type: ignore[call-arg]
tools.params(exception="ValueError")  # type: ignore[arg-type]
tools.proxy(trust=["10.0.0.0/8"])  # type: ignore[call-arg]
tools.proxy(hops="1")  # type: ignore[arg-type]
tools.rate_limit(limit="1/second")  # type: ignore[call-arg]
tools.rate_limit(limits=5)  # type: ignore[arg-type]
tools.redirect(to="/")  # type: ignore[call-arg]
tools.redirect(url=5)  # type: ignore[arg-type]
tools.referer(regex="http://")  # type: ignore[call-arg]
tools.referer(pattern=5)  # type: ignore[arg-type]
tools.response_headers(header=[("X-A", "b")])  # type: ignore[call-arg]
tools.response_headers(headers=["X-A: b"])  # type: ignore[list-item]
tools.secure_headers(sts=60)  # type: ignore[call-arg]
tools.secure_headers(hsts="long")  # type: ignore[arg-type]
tools.trailing_slash(add=True)  # type: ignore[call-arg]
tools.trailing_slash(status="moved")  # type: ignore[arg-type]
tools.xmlrpc(charset="utf-8")  # type: ignore[call-arg]
tools.xmlrpc(encoding=5)  # type: ignore[arg-type]
