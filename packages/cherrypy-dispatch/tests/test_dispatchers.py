"""What the dispatchers write into the current request."""

# ruff: noqa: RUF012, N802 - as users write it

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import (
    Dispatcher,
    LateParamPageHandler,
    Match,
    MethodDispatcher,
    VPath,
    choose,
    expose,
    popargs,
    walk,
)
from cherrypy_httputil import HTTPError, NotFound
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@popargs("name")
class Node:
    _cp_config = {"at": "Node"}

    @expose
    def index(self, name: str = "nobody") -> str:
        return f"index of {name}"


class Root:
    def __init__(self) -> None:
        self.node = Node()

    @expose
    def generate(self, *args: str, **kwargs: str) -> str:
        return f"generate {args} {kwargs}"


@pytest.fixture
def request_() -> Iterator[SimpleNamespace]:
    app = SimpleNamespace(root=Root(), config={"/": {"at": "[/]", "own": 1}})
    base = {"base": 1, "own": 0}
    request = SimpleNamespace(app=app, method="GET", params={}, is_index=None, base_config=base)
    serving.load(request, SimpleNamespace(headers={}))
    yield request
    serving.clear()


def test_handler_is_ready_to_be_called(request_: SimpleNamespace) -> None:
    Dispatcher()("/generate/1/a%2Fb")
    request_.params["x"] = "y"
    assert type(request_.handler) is LateParamPageHandler
    assert request_.handler() == "generate ('1', 'a/b') {'x': 'y'}"


def test_config_is_a_new_dict_with_the_base_below(request_: SimpleNamespace) -> None:
    Dispatcher()("/generate")
    assert request_.config == {"base": 1, "at": "[/]", "own": 1}
    request_.config["x"] = 1
    assert request_.base_config == {"base": 1, "own": 0}
    assert request_.app.config == {"/": {"at": "[/]", "own": 1}}


def test_request_may_be_without_base_config(request_: SimpleNamespace) -> None:
    del request_.base_config
    Dispatcher()("/generate")
    assert request_.config == {"at": "[/]", "own": 1}


@pytest.mark.parametrize(
    ("path", "is_index"), [("/node/", True), ("/node", True), ("/generate/", False), ("/x", None)]
)
def test_whether_it_is_an_index_is_set(
    request_: SimpleNamespace, path: str, is_index: bool | None
) -> None:
    Dispatcher()(path)
    assert request_.is_index is is_index


def test_arguments_from_the_path_are_parameters(request_: SimpleNamespace) -> None:
    Dispatcher()("/node/somebody/")
    assert request_.params == {"name": "somebody"}
    assert request_.handler() == "index of somebody"


def test_missing_page_is_a_handler_that_raises_and_config_is_set(
    request_: SimpleNamespace,
) -> None:
    Dispatcher()("/none")
    assert isinstance(request_.handler, NotFound)
    assert request_.config["own"] == 1
    with pytest.raises(NotFound):
        request_.handler()


def test_subclass_can_change_the_path(request_: SimpleNamespace) -> None:
    class ForceLower(Dispatcher):
        def __call__(self, path_info: str) -> None:
            return Dispatcher.__call__(self, path_info.lower())

    ForceLower()("/GENerAte/X")
    assert request_.handler() == "generate ('x',) {}"


def test_subclass_can_find_another_handler(request_: SimpleNamespace) -> None:
    class Own(Dispatcher):
        def find_handler(self, path: str) -> tuple[Any, list[str]]:
            super().find_handler(path)
            return (lambda *args: args), ["a%2Fb"]

    Own()("/generate")
    assert request_.handler() == ("a/b",)
    assert request_.config["own"] == 1


def test_subclass_can_find_none(request_: SimpleNamespace) -> None:
    class Own(Dispatcher):
        def find_handler(self, path: str) -> tuple[Any, list[str]]:
            return None, []

    Own()("/generate")
    assert isinstance(request_.handler, NotFound)


def test_subclass_can_match_otherwise(request_: SimpleNamespace) -> None:
    class Own(Dispatcher):
        def match(self, root: Any, *args: Any, **kwargs: Any) -> Match:
            return super().match(SimpleNamespace(node=root), *args, **kwargs)

    Own()("/node/generate")
    assert request_.handler() == "generate () {}"
    assert Own.direct
    root = request_.app.root
    assert Own().fields(root, {}, "/node/generate") == Own().match(root, {}, "/node/generate")


@pytest.mark.parametrize("path", ["/generate/1", "/", "/missing"])
@pytest.mark.parametrize("dispatcher", [Dispatcher(), MethodDispatcher()])
def test_the_fields_are_those_of_the_match(
    request_: SimpleNamespace, dispatcher: Dispatcher, path: str
) -> None:
    root = request_.app.root
    assert dispatcher.fields(root, {}, path) == tuple(dispatcher.match(root, {}, path))


def test_what_is_chosen_of_a_walk_is_a_match(request_: SimpleNamespace) -> None:
    root = request_.app.root
    naming = Dispatcher()._naming
    assert choose(*walk(root, "/generate/1", {}, naming)).args == ("1",)
    assert choose(*walk(root, "/missing", {}, naming)).handler is None


def test_result_of_find_handler_is_as_documented(request_: SimpleNamespace) -> None:
    handler, vpath = Dispatcher().find_handler("/generate/1")
    assert handler == request_.app.root.generate
    assert vpath == ["1"]


def test_keyword_arguments_that_a_node_found_become_parameters(
    request_: SimpleNamespace,
) -> None:
    page = request_.app.root.generate

    class Asked:
        def _cp_dispatch(self, vpath: VPath) -> Any:
            vpath.kwargs["found"] = vpath.pop(0)
            return SimpleNamespace(index=page)

    request_.app = SimpleNamespace(root=Asked(), config={})
    Dispatcher()("/x")
    assert request_.handler() == "generate () {'found': 'x'}"


class Mixin:
    def __call__(self, path_info: str) -> None: ...


def test_dispatcher_is_direct_unless_something_is_overridden() -> None:
    class Same(Dispatcher): ...

    class Calls(Dispatcher):
        def __call__(self, path_info: str) -> None: ...

    class Finds(MethodDispatcher):
        def find_handler(self, path: str) -> tuple[Any, list[str]]:
            raise NotImplementedError

    class Mixed(Mixin, Dispatcher): ...

    class Deeper(Calls): ...

    class Says(Dispatcher, direct=False): ...

    assert [d.direct for d in (Dispatcher, MethodDispatcher, Same)] == [True] * 3
    assert [d.direct for d in (Calls, Finds, Mixed, Deeper, Says)] == [False] * 5


@expose
class Resource:
    TIMEOUT = 3

    def GET(self, *args: str) -> str:
        return f"GET {args}"

    GET._cp_config = {"at": "GET"}  # type: ignore[attr-defined]

    def POST(self) -> str:
        return "POST"

    def _HIDDEN(self) -> None: ...

    def quiet(self) -> None: ...


@expose
class Full(Resource):
    def HEAD(self) -> str:
        return "HEAD"

    def OPTIONS(self) -> str:
        return "OPTIONS"


class Closed:
    def GET(self) -> str:
        return "never"


class Site:
    def __init__(self) -> None:
        self.resource = Resource()
        self.full = Full()
        self.closed = Closed()
        self.class_ = Full

    @expose
    def default(self) -> None: ...


ALLOW = "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("method", "path", "made", "allow"),
    [
        ("GET", "/resource", "GET ()", ALLOW),
        ("get", "/resource/", "GET ()", ALLOW),
        ("GET", "/resource/1/2", "GET ('1', '2')", ALLOW),
        ("HEAD", "/resource", "GET ()", ALLOW),
        ("POST", "/resource", "POST", ALLOW),
        ("PUT", "/resource", 405, ALLOW),
        ("OPTIONS", "/resource", 405, ALLOW),
        ("TIMEOUT", "/resource", 405, ALLOW),
        ("_HIDDEN", "/resource", 405, ALLOW),
        ("QUIET", "/resource", 405, ALLOW),
        ("__CLASS__", "/resource", 405, ALLOW),
        ("", "/resource", 405, ALLOW),
        ("HEAD", "/full", "HEAD", "GET, HEAD, OPTIONS, POST"),
        ("OPTIONS", "/full", "OPTIONS", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/class_", 405, "GET, HEAD, OPTIONS, POST"),
        ("GET", "/closed", 405, ""),
        ("DEFAULT", "/nowhere", 405, ""),
    ],
)
def test_method_of_the_request_names_the_method_of_the_resource(
    request_: SimpleNamespace, method: str, path: str, made: object, allow: str
) -> None:
    request_.app = SimpleNamespace(root=Site(), config={})
    request_.method = method
    MethodDispatcher()(path)
    assert serving.response.headers == {"Allow": allow}
    if isinstance(request_.handler, HTTPError):
        assert request_.handler.code == made
    else:
        assert request_.handler() == made


def test_resource_that_does_not_exist_is_not_found(request_: SimpleNamespace) -> None:
    MethodDispatcher()("/none")
    assert isinstance(request_.handler, NotFound)
    assert serving.response.headers == {}


def test_config_of_the_method_comes_last(request_: SimpleNamespace) -> None:
    request_.app = SimpleNamespace(root=Site(), config={"/resource": {"at": "[/resource]"}})
    MethodDispatcher()("/resource/1")
    assert request_.config["at"] == "GET"
    match = MethodDispatcher().match(Site(), request_.app.config, "/resource/1")
    assert match.layers == (
        ("/resource", {"at": "[/resource]"}),
        ("/resource", {"at": "GET"}),
    )


def test_match_of_a_resource_names_it_and_its_methods() -> None:
    site = Site()
    found = MethodDispatcher().match(site, {}, "/resource/1", "PUT")
    assert found.handler is None
    assert found.node is site.resource
    assert found.allow == ("GET", "HEAD", "POST")
    assert MethodDispatcher().match(site, {}, "/resource", "POST").handler == site.resource.POST
    missing = MethodDispatcher().match(site.resource, {}, "/x/y/")
    assert missing.handler == site.resource.GET
    assert MethodDispatcher().match(Closed(), {}, "/")[:2] == (None, ())
    assert MethodDispatcher().match(Closed(), {}, "/").node is None


def test_subclass_of_the_method_dispatcher_can_find_another_resource(
    request_: SimpleNamespace,
) -> None:
    class Own(MethodDispatcher):
        def find_handler(self, path: str) -> tuple[Any, list[str]]:
            resource, vpath = super().find_handler(path.lower())
            return resource, [*vpath, "more"]

    request_.app = SimpleNamespace(root=Site(), config={})
    Own()("/RESOURCE/1")
    assert request_.handler() == "GET ('1', 'more')"


def test_methods_are_listed_as_the_resource_lists_its_attributes() -> None:
    class Listed(Resource):
        def __dir__(self) -> list[str]:
            return ["GET"]

    site = SimpleNamespace(listed=Listed())
    assert MethodDispatcher().match(site, {}, "/listed").allow == ("GET", "HEAD")


def test_method_can_be_hung_on_the_resource() -> None:
    site = Site()
    site.resource.PATCH = lambda: "patched"  # type: ignore[attr-defined]
    found = MethodDispatcher().match(site, {}, "/resource", "PATCH")
    assert found.handler is site.resource.PATCH  # type: ignore[attr-defined]
    assert "PATCH" in found.allow


def test_exposed_page_can_have_methods() -> None:
    page: Any = Site.default
    page.GET = lambda: "got"
    try:
        site = SimpleNamespace(page=Site().default)
        assert MethodDispatcher().match(site, {}, "/page").handler() == "got"  # type: ignore[misc]
    finally:
        del page.GET
