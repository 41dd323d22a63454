"""Answers that are not read where and when they were made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import UnboundError, serving
from cherrypy_web import Application

if TYPE_CHECKING:
    from collections.abc import Iterator


class Site:
    _cp_config: ClassVar = {"response.stream": True}

    @expose
    def index(self, **_: str) -> Iterator[bytes]:
        try:
            yield serving.request.query_string.encode()
        finally:
            serving.seen.append(f"close {serving.request.query_string}")

    @expose
    def whole(self, **_: str) -> list[bytes]:
        return [serving.request.query_string.encode()]


def make_app(seen: list[str]) -> Application:
    def begin() -> None:
        serving.seen = seen  # what a request keeps there is its own

    def end() -> None:
        serving.seen.append(f"end {serving.request.query_string}")

    hooks = {"hooks.on_start_resource": begin, "hooks.on_end_request": end}
    return Application(Site(), config={"/": hooks})


def start(app: Application, make_environ: Any, path: str, query: str) -> Any:
    return app(make_environ(path, "GET", query, b"", {}), lambda *_: None)


@pytest.mark.parametrize(("path", "closes"), [("/", True), ("/whole", False)])
def test_answers_that_overlap_on_a_thread_end_each_their_own_request(
    make_environ: Any, path: str, closes: bool
) -> None:
    seen: list[str] = []
    app = make_app(seen)
    first, second = (start(app, make_environ, path, query) for query in ("first", "second"))
    assert serving.request.query_string == "second"
    assert next(iter(first)) == b"first"
    first.close()
    assert seen == (["close first", "end first"] if closes else ["end first"])
    assert serving.request.query_string == "second"
    assert b"".join(second) == b"second"
    second.close()
    assert seen[-1] == "end second"
    with pytest.raises(UnboundError):
        _ = serving.request


def test_answer_may_be_read_and_closed_by_another_thread(make_environ: Any) -> None:
    seen: list[str] = []
    answer = start(make_app(seen), make_environ, "/", "a")
    serving.clear()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: b"".join(answer)).result() == b"a"
        pool.submit(answer.close).result()
        with pytest.raises(UnboundError):
            pool.submit(lambda: serving.request).result()
    assert seen == ["close a", "end a"]


def test_body_is_closed_before_the_last_hooks_while_its_request_is_bound(
    make_environ: Any,
) -> None:
    seen: list[str] = []
    answer = start(make_app(seen), make_environ, "/", "a")
    next(iter(answer))
    answer.close()
    answer.close()
    assert seen == ["close a", "end a"]
