"""What type-checks with static files, and what does not."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import assert_type

import webob

from cherrypy_httputil import RequestMessage, ResponseMessage
from cherrypy_static import (
    FileBody,
    FileData,
    StaticDirectory,
    StaticFile,
    by_server,
    content_disposition,
    directory_advice,
    file_advice,
    file_generator,
    file_generator_limited,
    serve_download,
    serve_file,
    serve_fileobj,
    staticdir,
    staticfile,
)

request = webob.Request.blank("/")
response = webob.Response()


def on_anything_shaped_like_them(
    request: RequestMessage, response: ResponseMessage
) -> Iterable[bytes]:
    return serve_file(request, response, "/a")


body = serve_file(request, response, Path("/a"), "text/plain", "attachment", "a.txt", etag=True)
assert_type(body, FileData | FileBody)
serve_file(request, response, b"/a")  # type: ignore[arg-type]
serve_file(request, response, "/a", mime="text/plain")  # type: ignore[call-arg]
serve_file(request, response)  # type: ignore[call-arg]
serve_fileobj(request, response, io.BytesIO())
serve_fileobj(request, response, io.StringIO())  # type: ignore[arg-type]
serve_download(request, response, "/a", "b.txt")

assert_type(staticdir(request, response, "/static", "/srv"), bool)
staticdir(request, response, "/static", dir="public", root="/srv", content_types={"gif": "a/b"})
staticdir(request, response, "/static")  # type: ignore[call-arg]
staticdir(request, response, "/static", "/srv", indx="a")  # type: ignore[call-arg]
staticdir(request, response, "/static", "/srv", follow_symlinks="no")  # type: ignore[arg-type]
assert_type(staticfile(request, response, "/a"), bool)
staticfile(request, response, "/a", index="a")  # type: ignore[call-arg]

assert_type(content_disposition("inline", "a"), str)
content_disposition()  # type: ignore[call-arg]
file_generator(io.BytesIO(), chunkSize=5)
file_generator_limited(io.BytesIO(), "5")  # type: ignore[arg-type]

assert_type(by_server({"wsgi.file_wrapper": None}, body), Iterable[bytes])
by_server([], body)  # type: ignore[arg-type]
assert_type(directory_advice("/srv", root=None), list[str])
directory_advice()  # type: ignore[call-arg]
file_advice(5)  # type: ignore[arg-type]

serve = StaticDirectory("/static", "/srv", index="index.html")
assert_type(serve(request, response), bool)
StaticDirectory("/static")  # type: ignore[call-arg]
serve(request)  # type: ignore[call-arg]
StaticFile("/srv/a", max_age="60")  # type: ignore[arg-type]
