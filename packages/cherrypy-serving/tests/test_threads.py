from threading import Thread

import pytest

from cherrypy_serving import ThreadData, serving


def test_each_thread_has_its_own_data() -> None:
    data = ThreadData()
    data.connection = "mine"
    seen: list[bool] = []
    thread = Thread(target=lambda: seen.append(hasattr(data, "connection")))
    thread.start()
    thread.join()
    assert seen == [False]
    assert data.connection == "mine"


def test_it_outlives_the_request() -> None:
    data = ThreadData()
    serving.load("request", "response")
    data.connection = "mine"
    serving.clear()
    assert data.connection == "mine"


def test_it_can_be_cleared() -> None:
    data = ThreadData()
    data.connection = "mine"
    data.clear()
    with pytest.raises(AttributeError):
        _ = data.connection
