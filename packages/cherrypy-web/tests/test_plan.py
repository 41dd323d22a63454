"""A change made while the site runs takes effect with the next request, whatever was changed."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cherrypy_dispatch import Dispatcher, expose
from cherrypy_serving import prepared, serving
from cherrypy_web import (
    Application,
    Hook,
    HookMap,
    Request,
    Response,
    Tool,
    Toolbox,
    Tree,
    url,
)
from cherrypy_web.plan import MAX_COMPARED, MAX_PLANS


class Site:
    @expose
    def index(self) -> Any:
        return b"index"

    @expose
    def page(self) -> Any:
        return b"page"


@pytest.fixture
def app(mount: Any, toolbox: Toolbox) -> Any:
    toolbox.say = Tool("before_finalize", lambda word="said": _say(word))
    return mount(Site(), {"/": {"tools.say.on": True}, "/page": {}})


def _say(word: Any) -> None:
    serving.response.headers["X-Said"] = word


@pytest.fixture
def said(call: Any, app: Application) -> Any:
    """What the tool says in the next request."""
    return lambda path="/": call(app, path).headers.get("x-said")


def test_key_set_in_a_section(app: Application, said: Any) -> None:
    assert said() == "said"
    app.config["/"]["tools.say.word"] = "changed"
    assert said() == "changed"


def test_key_removed_from_a_section(app: Application, said: Any) -> None:
    assert said() == "said"
    del app.config["/"]["tools.say.on"]
    assert said() is None


def test_section_added(app: Application, said: Any) -> None:
    assert said("/page") == "said"
    app.config["/page"] = {"tools.say.word": "section"}
    assert said("/page") == "section"


def test_section_removed(app: Application, said: Any) -> None:
    app.config["/page"]["tools.say.word"] = "page"
    assert said("/page") == "page"
    del app.config["/page"]
    assert said("/page") == "said"


def test_config_merged(app: Application, said: Any) -> None:
    assert said() == "said"
    app.merge({"/": {"tools.say.word": "merged"}})
    assert said() == "merged"


def test_site_config_changed(app: Application, said: Any) -> None:
    site = {"tools.say.word": "site"}
    type(app).site_config = site
    assert said() == "site"
    site["tools.say.word"] = "changed"
    assert said() == "changed"
    site.clear()
    assert said() == "said"


def test_cp_config_replaced_and_changed_in_place(app: Application, said: Any) -> None:
    assert said() == "said"
    app.root._cp_config = {"tools.say.word": "class"}
    assert said() == "class"
    app.root._cp_config["tools.say.word"] = "in place"
    assert said() == "in place"
    del app.root._cp_config
    assert said() == "said"


def test_cp_config_of_a_handler(app: Application, said: Any) -> None:
    assert said("/page") == "said"
    Site.page._cp_config = {"tools.say.word": "handler"}  # type: ignore[attr-defined]
    try:
        assert said("/page") == "handler"
    finally:
        del Site.page._cp_config  # type: ignore[attr-defined]
    assert said("/page") == "said"


def test_handler_hung_on_the_tree(app: Application, call: Any) -> None:
    assert call(app, "/new").code == 404
    app.root.new = expose(lambda: b"new")
    assert call(app, "/new").body == b"new"
    del app.root.new
    assert call(app, "/new").code == 404


def test_root_replaced(app: Application, call: Any) -> None:
    assert call(app).body == b"index"

    class Other:
        index = staticmethod(expose(lambda: b"other"))

    app.root = Other()
    assert call(app).body == b"other"


def test_tool_replaced(app: Application, said: Any, toolbox: Toolbox) -> None:
    assert said() == "said"
    toolbox.say = Tool("before_finalize", lambda: _say("replaced"))
    assert said() == "replaced"


def test_attribute_of_a_tool_changed(app: Application, said: Any, toolbox: Toolbox) -> None:
    assert said() == "said"

    def say() -> None:
        _say("callable")

    toolbox.say.callable = say
    assert said() == "callable"


def test_tool_removed(app: Application, call: Any, toolbox: Toolbox) -> None:
    assert call(app).code == 200
    del toolbox.say
    assert call(app).code == 500


def test_toolbox_added(app: Application, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    more = Toolbox("more")
    more.say = Tool("before_finalize", lambda: _say("more"), priority=90)
    app.config["/"]["more.say.on"] = True
    assert said() == "said"
    monkeypatch.setitem(app.toolboxes, "more", more)
    assert said() == "more"


def test_namespace_registered(app: Application, said: Any) -> None:
    class Watched(Request):
        namespaces = Request.namespaces.copy()

    app.request_class = Watched
    app.config["/"]["words.say"] = "namespace"
    assert said() == "said"
    del app.config["/"]["tools.say.on"]
    Watched.namespaces["words"] = lambda key, value: _say(value)
    assert said() == "namespace"


def test_hook_attached_to_the_request_class(app: Application, said: Any) -> None:
    class Watched(Request):
        hooks = Request.hooks.copy()

    app.request_class = Watched
    assert said() == "said"
    Watched.hooks["before_finalize"].append(Hook(lambda: _say("class hook"), priority=99))
    assert said() == "class hook"


def test_request_class_replaced(app: Application, call: Any) -> None:
    class Blind(Request):
        show_tracebacks = False

    assert call(app).code == 200
    app.request_class = Blind

    def fail() -> None:
        raise RuntimeError("hidden")

    app.root.fail = expose(fail)
    assert "hidden" not in call(app, "/fail").text


def test_dispatcher_replaced(app: Application, call: Any) -> None:
    class Lower(Dispatcher):
        def __call__(self, path_info: Any) -> Any:
            return super().__call__(path_info.lower())

    assert call(app, "/PAGE").code == 404
    app.config["/"]["request.dispatch"] = Lower()
    assert call(app, "/PAGE").body == b"page"


def test_dispatcher_that_merges_the_config_itself(app: Application, said: Any) -> None:
    class Own(Dispatcher):
        def __call__(self, path_info: Any) -> None:
            super().__call__(path_info)
            serving.request.config["tools.say.word"] = "own"

    app.config["/"]["request.dispatch"] = Own()
    assert said() == "own"
    assert said() == "own"
    app.config["/"]["tools.say.on"] = False
    assert said() is None


def test_custom_namespace_is_called_for_each_request(app: Application, call: Any) -> None:
    calls = []

    class Watched(Request):
        namespaces = Request.namespaces.copy()

    Watched.namespaces["count"] = lambda key, value: calls.append((key, value))
    app.request_class = Watched
    app.config["/"]["count.by"] = 2
    call(app)
    call(app)
    assert calls == [("by", 2), ("by", 2)]


def test_changes_to_a_request_stay_in_it(app: Application, call: Any) -> None:
    def spoil() -> Any:
        request = serving.request
        request.config["tools.say.word"] = "spoiled"
        request.toolmaps["tools"]["say"]["word"] = "spoiled"
        request.error_page[404] = "spoiled"
        request.hooks.attach("before_finalize", lambda: _say("spoiled"), priority=99)
        return b""

    app.root.spoil = expose(spoil)
    assert call(app, "/spoil").headers["x-said"] == "spoiled"
    assert call(app, "/").headers["x-said"] == "said"


def test_config_made_anew_for_each_request_does_not_fill_the_memory(
    app: Application, call: Any
) -> None:
    class Restless(Site):
        @property
        def _cp_config(self) -> Any:
            return {}

    app.root = Restless()
    for _ in range(MAX_PLANS + 10):
        call(app)
    assert len(app.plans._plans) <= MAX_PLANS


def test_same_directory_config_under_two_paths_knows_each(
    mount: Any, call: Any, toolbox: Toolbox
) -> None:
    toolbox.staticdir = Tool("before_finalize", lambda section, **_: _say(section))
    shared = {"tools.staticdir.on": True, "tools.staticdir.dir": "x"}
    app = mount(Site())
    app.config = {"/a": shared, "/b": shared}
    assert call(app, "/a").headers["x-said"] == "/a"
    assert call(app, "/b").headers["x-said"] == "/b"
    assert call(app, "/a").headers["x-said"] == "/a"


def test_registries_replaced(app: Application, said: Any) -> None:
    assert said() == "said"
    kind = type(app)
    kind.site_config = {"tools.say.word": "site"}
    assert said() == "site"
    another = Toolbox("tools")
    another.say = Tool("before_finalize", lambda word: _say(f"another {word}"))
    kind.toolboxes = {"tools": another}
    assert said() == "another site"


def test_namespaces_of_a_request_class_replaced(app: Application, said: Any) -> None:
    class Watched(Request):
        namespaces = Request.namespaces.copy()

    app.request_class = Watched
    app.config["/"] = {"words.say": "namespace"}
    assert said() is None
    Watched.namespaces = Request.namespaces.copy()
    Watched.namespaces["words"] = lambda _, value: _say(value)
    assert said() == "namespace"


@pytest.mark.parametrize(
    ("value", "change", "after"),
    [
        (["a"], lambda value: value.append("b"), "['a', 'b']"),
        ({"a": 1}, lambda value: value.update(b=2), "{'a': 1, 'b': 2}"),
        ({"a": ["x"]}, lambda value: value["a"].append("y"), "{'a': ['x', 'y']}"),
        ([{"a": 1}], lambda value: value[0].clear(), "[{}]"),
        ({1}, lambda value: value.add(2), "{1, 2}"),
    ],
)
@pytest.mark.parametrize("place", ["section", "site", "_cp_config", "merged"])
def test_value_that_is_changed_in_place(
    app: Application, said: Any, toolbox: Toolbox, place: str, value: Any, change: Any, after: str
) -> None:
    class Said:
        def __init__(self, what: Any) -> None:
            self._text = repr(what)

        def __call__(self, request: Any, response: Any) -> None:
            response.headers["X-Said"] = self._text

    class Merging(Dispatcher):
        def __call__(self, path_info: Any) -> None:
            super().__call__(path_info)
            serving.request.config["tools.say.what"] = value

    toolbox.say = Tool("before_finalize", prepared(Said))
    app.config["/"] = {"tools.say.on": True}
    value = copy.deepcopy(value)
    if place == "section":
        app.config["/"]["tools.say.what"] = value
    elif place == "site":
        type(app).site_config = {"tools.say.what": value}
    elif place == "_cp_config":
        app.root._cp_config = {"tools.say.what": value}
    else:
        app.config["/"]["request.dispatch"] = Merging()
    assert said() == repr(value)
    change(value)
    assert said() == after


def test_what_is_kept_on_tools_and_request_classes_makes_no_plan_stale(
    app: Application, call: Any, toolbox: Toolbox
) -> None:
    class Counting(Tool):
        calls = 0

        def __init__(self) -> None:
            super().__init__("before_handler", self.count)

        def count(self) -> None:
            self.calls += 1

    class Counted(Request):
        calls = 0

        def process_headers(self) -> None:
            type(self).calls += 1
            super().process_headers()

    toolbox.counting = counting = Counting()
    app.config["/"]["tools.counting.on"] = True
    app.request_class = Counted
    plans: list[Any] = []

    def see() -> None:
        plans.append(serving.request._plan)

    app.root.see = expose(see)
    for _ in range(3):
        call(app, "/see")
    assert (counting.calls, Counted.calls) == (3, 3)
    assert plans[0] is plans[1] is plans[2]


def test_plan_that_another_request_makes_meanwhile_does_no_harm(
    app: Application, call: Any
) -> None:
    class Meeting:
        """A value that, while it is compared, lets another request need a plan."""

        def __eq__(self, other: object) -> bool:
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(call, app, "/other").result().code == 200
            return False

        __hash__ = None  # type: ignore[assignment]  # nobody asks for it

    class Merging(Dispatcher):
        def __call__(self, path_info: Any) -> None:
            super().__call__(path_info)
            if path_info == "/other":
                number = app.root.number = getattr(app.root, "number", 0) + 1
                serving.request.config = {"own.number": number}
            else:
                serving.request.config = {"own.value": Meeting()}

    app.root.other = expose(lambda: b"other")
    app.config["/"]["request.dispatch"] = Merging()
    assert [call(app).code for _ in range(3)] == [200] * 3
    assert app.root.number > 0


def test_large_value_in_the_config_is_not_compared(app: Application, said: Any) -> None:
    class Watched:
        compared = 0

        def __eq__(self, other: object) -> bool:
            Watched.compared += 1
            return True

        __hash__ = None  # type: ignore[assignment]  # nobody asks for it

    app.config["/"]["own.users"] = {number: Watched() for number in range(MAX_COMPARED + 1)}
    said()
    said()
    assert Watched.compared == 0


def test_config_of_an_application_replaced_as_a_whole(app: Application, said: Any) -> None:
    assert said() == "said"
    app.config = {"/": {"tools.say.on": True, "tools.say.word": "whole"}}
    assert said() == "whole"


def test_hooks_of_a_request_class_replaced(app: Application, said: Any) -> None:
    class Watched(Request):
        pass

    app.request_class = Watched
    assert said() == "said"
    Watched.hooks = HookMap()  # type: ignore[assignment]  # as users do
    Watched.hooks.attach("before_finalize", lambda: _say("class hook"), priority=99)
    assert said() == "class hook"
    del Watched.hooks
    assert said() == "said"


def test_error_pages_of_a_request_class_changed(app: Application, call: Any) -> None:
    class Own(Request):
        pass

    app.request_class = Own
    built_in = call(app, "/nope").text
    Own.error_page = {404: lambda **_: "class"}  # type: ignore[assignment]  # as users do
    assert call(app, "/nope").text == "class"
    Own.error_page[404] = lambda **_: "in place"
    assert call(app, "/nope").text == "in place"
    del Own.error_page
    assert call(app, "/nope").text == built_in


def test_error_page_in_config_changed(app: Application, call: Any) -> None:
    app.config["/"]["error_page.404"] = lambda **_: "first"
    assert call(app, "/nope").text == "first"
    app.config["/"]["error_page.404"] = lambda **_: "second"
    assert call(app, "/nope").text == "second"
    del app.config["/"]["error_page.404"]
    assert "Not Found" in call(app, "/nope").text


def test_attribute_of_a_request_in_config_changed(app: Application, call: Any) -> None:
    app.root.own = expose(lambda: repr(getattr(serving.request, "own", None)).encode())
    assert call(app, "/own").text == "None"
    app.config["/"]["request.own"] = 1
    assert call(app, "/own").text == "1"
    app.config["/"]["request.own"] = 2
    assert call(app, "/own").text == "2"
    del app.config["/"]["request.own"]
    assert call(app, "/own").text == "None"


def test_hook_in_config_changed(app: Application, said: Any) -> None:
    app.config["/"]["hooks.before_finalize"] = Hook(lambda: _say("hook"), priority=99)
    assert said() == "hook"
    app.config["/"]["hooks.before_finalize"].callback = lambda: _say("other callback")
    assert said() == "other callback"
    app.config["/"]["hooks.before_finalize"].priority = 1
    assert said() == "said"


def test_exposure_of_a_handler_changed(app: Application, call: Any) -> None:
    class Page:
        exposed = True

        def __call__(self) -> bytes:
            return b"page"

    app.root.object = Page()
    assert call(app, "/object").body == b"page"
    app.root.object.exposed = False
    assert call(app, "/object").code == 404


def test_dispatch_method_added(app: Application, call: Any) -> None:
    class Root(Site):
        pass

    app.root = Root()
    assert call(app, "/elsewhere").code == 404

    def dispatch(self: Any, vpath: list[str]) -> Any:
        vpath.clear()
        return self

    Root._cp_dispatch = dispatch  # type: ignore[attr-defined]  # as users do
    assert call(app, "/elsewhere").body == b"index"
    del Root._cp_dispatch  # type: ignore[attr-defined]
    assert call(app, "/elsewhere").code == 404


def test_cp_config_of_a_class_between_and_of_a_parent(app: Application, said: Any) -> None:
    class Base:
        @expose
        def page(self) -> Any:
            return b""

    class Middle(Base):
        pass

    app.root.sub = Middle()
    assert said("/sub/page") == "said"
    Base._cp_config = {"tools.say.word": "parent"}  # type: ignore[attr-defined]  # as users do
    assert said("/sub/page") == "parent"
    Middle._cp_config = {"tools.say.word": "class"}  # type: ignore[attr-defined]
    assert said("/sub/page") == "class"
    app.root.sub._cp_config = {"tools.say.word": "object"}
    assert said("/sub/page") == "object"
    del app.root.sub._cp_config, Middle._cp_config, Base._cp_config  # type: ignore[attr-defined]
    assert said("/sub/page") == "said"


def test_namespace_of_a_tool_and_its_point_changed(
    app: Application, call: Any, toolbox: Toolbox
) -> None:
    stages: list[str] = []
    toolbox.stage = Tool("before_handler", lambda: stages.append(serving.request.stage))
    app.config["/"]["tools.stage.on"] = True
    call(app)
    toolbox.stage._point = "before_finalize"
    call(app)
    assert stages == ["before_handler", "before_finalize"]


def test_response_class_and_places_of_an_application_changed(app: Application, call: Any) -> None:
    class Mine(Response):
        server_header = "Mine/1"

    call(app)
    app.response_class = Mine
    app.script_name = "/moved"
    app.relative_urls = "server"
    app.root.link = expose(lambda: url("/x").encode())
    answer = call(app, extra={"SCRIPT_NAME": "/moved", "PATH_INFO": "/link"})
    assert (answer.text, answer.headers["server"]) == ("/moved/x", "Mine/1")


def test_what_a_tree_holds_changed(app: Application, call: Any) -> None:
    tree = Tree()
    assert call(tree, "/a/").code == 404
    tree.apps["/a"] = app
    assert call(tree, "/a/").body == b"index"
    tree.apps["/b"] = tree.apps.pop("/a")
    assert call(tree, "/a/").code == 404
