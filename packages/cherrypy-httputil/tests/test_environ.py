from cherrypy_httputil import HeaderMap


def test_fields_of_an_environ_get_their_names_back() -> None:
    headers = HeaderMap.from_environ(
        {
            "REQUEST_METHOD": "GET",
            "wsgi.version": (1, 0),
            "HTTP_ACCEPT_ENCODING": "gzip",
            "CONTENT_TYPE": "text/plain",
            "CONTENT_LENGTH": "5",
            "HTTP_X_EMPTY": "",
            "HTTP_CGI_AUTHORIZATION": "Basic x",
        }
    )
    assert type(headers) is HeaderMap
    assert headers == {
        "Accept-Encoding": "gzip",
        "Content-Type": "text/plain",
        "Content-Length": "5",
        "X-Empty": "",
        "Authorization": "Basic x",
    }


def test_an_empty_length_or_type_is_no_field() -> None:
    assert HeaderMap.from_environ({"CONTENT_TYPE": "", "CONTENT_LENGTH": ""}) == {}


def test_no_client_can_forge_what_the_server_says() -> None:
    environ = {
        "REMOTE_ADDR": "10.0.0.1",
        "HTTP_REMOTE_ADDR": "6.6.6.6",
        "HTTP_REMOTE_HOST": "evil",
        "HTTP_CONTENT_LENGTH": "999",
    }
    assert HeaderMap.from_environ(environ) == {"Remote-Addr": "10.0.0.1"}


def test_credentials_that_came_as_such_outrank_those_for_cgi() -> None:
    environ = {"HTTP_AUTHORIZATION": "Basic x", "HTTP_CGI_AUTHORIZATION": "Basic forged"}
    assert HeaderMap.from_environ(environ) == {"Authorization": "Basic x"}


def test_only_display_text_is_decoded() -> None:
    word = "=?utf-8?q?f=C3=BCr?="
    headers = HeaderMap.from_environ({"HTTP_X_TITLE": word, "HTTP_HOST": word})
    assert headers == {"X-Title": "für", "Host": word}
