"""A WSGI u.0 environ made a WSGI 1.0 one."""

from __future__ import annotations

import pytest

from cherrypy_web import downgrade_wsgi_ux_to_1x


def test_paths_become_bytes_in_text_and_the_rest_stays() -> None:
    environ = {
        "wsgi.version": ("u", 0),
        "wsgi.url_encoding": "utf-8",
        "SCRIPT_NAME": "/ö",
        "PATH_INFO": "/€",
        "QUERY_STRING": "q=é",
        "HTTP_X": "é",
    }
    assert downgrade_wsgi_ux_to_1x(environ) == {
        "wsgi.version": (1, 0),
        "SCRIPT_NAME": "/Ã¶",
        "PATH_INFO": "/â\x82¬",
        "QUERY_STRING": "q=Ã©",
        "HTTP_X": "é",
    }
    assert environ["PATH_INFO"] == "/€"


def test_environ_without_an_encoding_is_refused() -> None:
    with pytest.raises(KeyError, match=r"wsgi\.url_encoding"):
        downgrade_wsgi_ux_to_1x({"PATH_INFO": "/"})
