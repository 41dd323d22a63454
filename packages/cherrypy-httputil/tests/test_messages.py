import warnings

from cherrypy_httputil import RequestMessage, ResponseMessage

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # webob imports cgi
    import webob


def shout(request: RequestMessage, response: ResponseMessage) -> None:
    body = b"".join(response.app_iter) + request.query_string.encode()
    response.app_iter = [body.upper()]
    if request.method == "GET":
        response.status_code = 404
    response.headers["Content-Length"] = str(len(body))


def test_a_function_of_messages_works_on_webob_objects() -> None:
    request = webob.Request.blank("/a/b?c", method="GET")
    response = webob.Response(body=b"hello ")
    shout(request, response)
    assert response.body == b"HELLO C"
    assert response.status == "404 Not Found"
    assert response.status_code == 404
    assert (request.script_name, request.path_info) == ("", "/a/b")
    assert request.headers["host"] == "localhost:80"
