"""Whatever is changed, in whatever order, a site answers as if nothing had been prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import Application, Hook, HookMap, Request, Tool, Toolbox
from cherrypy_web.plan import PlanCache

if TYPE_CHECKING:
    from collections.abc import Callable

PATHS = ("/", "/page", "/sub/", "/sub/page", "/nope")
KEYS = (
    *("tools.first.on", "tools.second.on", "more.third.on"),
    *("tools.first.word", "tools.second.word", "tools.first.priority", "tools.first.failsafe"),
    *("hooks.before_handler", "error_page.404", "response.headers.X-Set", "request.own", "own.key"),
)
numbers = st.integers(0, 2**16)


class Site:
    """A site of its own for one run, with everything about it that can be changed."""

    def __init__(self) -> None:
        self.seen: list[str] = []

        class Page:
            @expose
            def index(self) -> bytes:
                return repr(getattr(serving.request, "own", None)).encode()

            @expose
            def page(self) -> bytes:
                return b"page"

        class Root(Page):
            sub: ClassVar = Page()

        class Own(Request):
            hooks = Request.hooks.copy()
            namespaces: ClassVar = Request.namespaces.copy()

        tools, more = Toolbox("tools"), Toolbox("more")
        tools.first, tools.second, more.third = (self.tool(name) for name in ("a", "b", "c"))

        class Changing(Application):
            request_class = Own
            toolboxes: ClassVar = {"tools": tools, "more": more}
            site_config: ClassVar = {}

        self.app = Changing(Root(), config={"/": {}, "/sub": {}})
        self.published: list[Any] = [Root, Page, self.app.root, Root.sub, Page.page]

    def note(self, name: str) -> Callable[..., None]:
        def callback(**options: Any) -> None:
            self.seen.append(f"{name} {serving.request.stage} {sorted(options.items())}")

        return callback

    def tool(self, name: str) -> Tool[...]:
        return Tool("before_handler", self.note(name))

    def value(self, key: str, number: int) -> Any:
        if key.endswith((".on", "failsafe")):
            return bool(number % 2)
        if key.endswith("priority"):
            return number % 100
        if key.startswith("hooks"):
            return Hook(self.note(f"hook {number}"), priority=number % 100)
        if key.startswith("error_page"):
            return lambda **_: f"page {number}"
        return str(number)

    def configs(self) -> list[Any]:
        own = [vars(each).get("_cp_config") for each in self.published]
        return [type(self.app).site_config, *self.app.config.values(), *filter(None, own)]

    # The ways of changing it.

    def set_entry(self, which: int, number: int) -> None:
        key = KEYS[number % len(KEYS)]
        configs = self.configs()
        configs[which % len(configs)][key] = self.value(key, number)

    def remove_entry(self, which: int, number: int) -> None:
        configs = self.configs()
        configs[which % len(configs)].pop(KEYS[number % len(KEYS)], None)

    def replace_section(self, which: int, number: int) -> None:
        key = KEYS[number % len(KEYS)]
        self.app.config[PATHS[which % 4].rstrip("/") or "/"] = {key: self.value(key, number)}

    def publish_config(self, which: int, number: int) -> None:
        key = KEYS[number % len(KEYS)]
        self.published[which % len(self.published)]._cp_config = {key: self.value(key, number)}

    def replace_tool(self, which: int, number: int) -> None:
        box = [*self.app.toolboxes.values()][which % 2]
        setattr(box, ("first", "second", "third")[number % 3], self.tool(f"new {number}"))

    def change_tool(self, which: int, number: int) -> None:
        tool = getattr(self.app.toolboxes["tools"], ("first", "second")[which % 2], None)
        if tool is not None:
            tool.callable, tool._priority = self.note(f"changed {number}"), number % 100

    def hook_on_class(self, which: int, number: int) -> None:
        hooks = self.app.request_class.hooks
        if which % 3:
            hooks.attach("before_handler", self.note(f"class {number}"), priority=number % 100)
        else:
            self.app.request_class.hooks = HookMap()

    def change_hook(self, which: int, number: int) -> None:
        for hook in self.app.request_class.hooks["before_handler"]:
            hook.priority, hook.callback = number % 100, self.note(f"changed {which}")

    def register_namespace(self, which: int, number: int) -> None:
        def handle(key: str, value: Any) -> None:
            self.seen.append(f"namespace {number} {key} {value}")

        self.app.request_class.namespaces["own"] = handle

    def ask(self, call: Any) -> list[Any]:
        answers = []
        for path in PATHS:
            self.seen.clear()
            answer = call(self.app, path, checks=False)
            answers.append((answer.code, answer.body, answer.headers.get("x-set"), [*self.seen]))
        return answers


WAYS = (
    *(Site.set_entry, Site.set_entry, Site.remove_entry, Site.replace_section),
    *(Site.publish_config, Site.replace_tool, Site.change_tool, Site.hook_on_class),
    *(Site.change_hook, Site.register_namespace),
)
changes = st.lists(st.tuples(st.sampled_from(WAYS), numbers, numbers), min_size=1, max_size=12)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=changes)
def test_prepared_answers_are_those_of_an_unprepared_site(call: Any, changes: Any) -> None:
    site = Site()
    for change, which, number in changes:
        change(site, which, number)
        prepared = site.ask(call)
        site.app.plans = PlanCache(site.app)
        assert prepared == site.ask(call)
