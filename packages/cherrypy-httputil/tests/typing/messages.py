"""What fits the message Protocols, and what does not."""

import webob

from cherrypy_httputil import (
    Exchange,
    HTTPError,
    RequestMessage,
    ResponseMessage,
    set_exchange_provider,
)

request: RequestMessage = webob.Request.blank("/")
response: ResponseMessage = webob.Response()

request.method.upper()
misspelt = request.heders  # type: ignore[attr-defined]
request.query_string = "a"  # type: ignore[misc]

response.status_code = 200
response.status_code = "200"  # type: ignore[assignment]
response.status = "200 OK"
response.status = None  # type: ignore[assignment]
response.app_iter = [b"a"]
response.app_iter = ["a"]  # type: ignore[list-item]
response.headers["A"] = "b"

no_request: RequestMessage = HTTPError()  # type: ignore[assignment]


def no_exchange() -> Exchange | None:
    return None


set_exchange_provider(no_exchange)
set_exchange_provider(lambda: 5)  # type: ignore[arg-type, return-value]
HTTPError(404.5)  # type: ignore[arg-type]
