"""The attributes that requests set are those that CPython has been told of."""

from __future__ import annotations

from typing import Any, ClassVar

from cherrypy_dispatch import expose
from cherrypy_web import Request
from cherrypy_web.layout import OFTEN_SET


class Root:
    @expose
    def index(self, **params: Any) -> Any:
        return b""


class Watched(Request):
    seen: ClassVar[set[str]] = set()

    def close(self) -> None:
        self.seen.update(vars(self))
        super().close()


def test_requests_set_no_other_attributes_and_no_more_than_there_is_room_for(
    call: Any, mount: Any
) -> None:
    app = mount(Root())
    app.request_class = Watched
    call(app)
    call(app, method="POST", body=b"a=b")
    # The access log asks for the user, when all is done.
    assert Watched.seen - {"login"} <= set(OFTEN_SET)
    assert len(OFTEN_SET) == len(set(OFTEN_SET)) <= 30


def test_nothing_is_set_that_does_something(call: Any, mount: Any) -> None:
    done = []

    class Guarded(Request):
        own = property(lambda self: None, lambda self, value: done.append(value))
        json = base = own

    assert done == []
    app = mount(Root())
    app.request_class = Guarded
    assert call(app).code == 200


def test_no_request_sees_what_the_first_object_of_its_class_was_told() -> None:
    class Fresh(Request):
        pass

    assert vars(Fresh.__new__(Fresh)) == {}
    assert Fresh.method == "GET"
