"""The cache of a site, as config turns it on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
import cherrypy_tools
from cherrypy.lib import caching
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    def __init__(self) -> None:
        self.made = 0
        self.broken = False

    @cherrypy.expose
    def index(self, **params: str) -> str:
        self.made += 1
        if self.broken:
            raise RuntimeError("the reason")
        return f"made {self.made} " + "x" * 500

    @cherrypy.expose
    def stream(self) -> Iterator[bytes]:
        self.made += 1
        yield b"made "
        yield str(self.made).encode()

    @cherrypy.expose
    def flags(self) -> str:
        return f"{cherrypy.request.cached} {cherrypy.request.cacheable}"

    @cherrypy.expose
    def tagged(self) -> str:
        cherrypy.response.headers["ETag"] = '"one"'
        return "tagged"


@pytest.fixture
def root() -> Root:
    return Root()


def client(site: Assembly, root: object, **entries: Any) -> Client:
    section = {"tools.caching.on": True, **entries}
    streaming = {"response.stream": True}
    site.tree.mount(root, config={"/": section, "/stream": streaming})
    return Client(site.tree)


def test_second_answer_is_the_first_one(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    first, second = ask.get("/"), ask.get("/")
    assert (first.body, root.made) == (second.body, 1)
    assert "Age" not in first.headers
    assert second.headers["Age"] == "0"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]


def test_each_url_has_its_own_answer(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    assert ask.get("/?a=1").text != ask.get("/?a=2").text
    assert ask.get("/", headers={"Host": "other.example"}).text.startswith("made 3")


def test_path_with_a_question_mark_is_no_query(site: Assembly) -> None:
    class Shop:
        @cherrypy.expose
        def default(self, *path: str, **params: str) -> str:
            return f"{path} {params}"

    ask = client(site, Shop())
    for path in ("/a%3Fb=1", "/a?b=1", "/a%253Fb=1", "/a%ED%A0%80%3F"):
        assert ask.get(path).text == Client(site.tree).get(path).text
    assert ask.get("/a?b=1").text == "('a',) {'b': '1'}"
    assert ask.get("/a%253Fb=1").text == "('a%3Fb=1',) {}"


def test_charset_that_one_client_asks_for_is_not_for_all(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    wanted = {"Accept-Charset": "utf-16"}
    answer = ask.get("/", headers=wanted)
    assert (answer.headers["Content-Type"], answer.headers["Vary"]) == (
        "text/html;charset=utf-16",
        "Accept-Charset",
    )
    plain = ask.get("/")
    assert plain.headers["Content-Type"] == "text/html;charset=utf-8"
    assert [ask.get("/").body, ask.get("/", headers=wanted).body] == [plain.body, answer.body]


@pytest.mark.parametrize("kind", ["dispatcher", "applications"])
def test_virtual_hosts_are_kept_apart(site: Assembly, kind: str) -> None:
    """Also where it is only a header field that tells them apart: anybody may send that."""

    class Other:
        @cherrypy.expose
        def index(self) -> str:
            return "the other"

    class First:
        other = Other()

        @cherrypy.expose
        def index(self) -> str:
            return "the first"

    section: dict[str, Any] = {"tools.caching.on": True}
    if kind == "dispatcher":
        section["request.dispatch"] = cherrypy.dispatch.VirtualHost(**{"b.example": "/other"})
        site.tree.mount(First(), config={"/": section})
        ask = Client(site.tree)
    else:
        apps = [site.tree.mount(root, config={"/": section}) for root in (Other(), First())]
        ask = Client(cherrypy.wsgi.VirtualHost(apps[1], {"b.example": apps[0]}))
    told = {"X-Forwarded-Host": "b.example"}
    for _ in range(2):
        assert ask.get("/", headers=told).text == "the other"
        assert ask.get("/").text == "the first"
        assert ask.get("/", headers={"Host": "b.example"}).text == "the other"
    assert ask.get("/", headers=told).headers["Age"] == "0"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_change_makes_the_cache_forget(site: Assembly, root: Root, method: str) -> None:
    ask = client(site, root)
    ask.get("/")
    ask.request(method, "/")
    assert ask.get("/").text.startswith("made 3")


def test_handler_sees_that_its_response_can_be_kept(site: Assembly, root: Root) -> None:
    assert client(site, root).get("/flags").text == "False True"


def test_client_that_has_the_answer_is_told_so(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/tagged")
    assert ask.get("/tagged", headers={"If-None-Match": '"one"'}).status_code == 304


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
@pytest.mark.parametrize("condition", ["If-None-Match", "If-Modified-Since"])
def test_client_that_has_the_answer_makes_the_cache_keep_it(
    site: Assembly, condition: str, accepted: str
) -> None:
    class News:
        made = 0

        @cherrypy.expose
        def index(self) -> str:
            self.made += 1
            cherrypy.response.headers["Last-Modified"] = "Sun, 06 Nov 1994 08:49:37 GMT"
            return "news " * 200

    entries = {"tools.etags.on": True, "tools.etags.autotags": True, "tools.gzip.on": True}
    entries["tools.autovary.on"] = True
    root, encoding = News(), {"Accept-Encoding": accepted}
    ask = client(site, root, **entries)
    first = ask.get("/", headers=encoding)
    known = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}[condition]
    ask.delete("/")
    made = root.made
    for _ in range(2):
        answer = ask.get("/", headers={**encoding, condition: first.headers[known]})
        assert (answer.status_code, answer.body, root.made) == (304, b"", made + 1)
        for name in ("ETag", "Last-Modified", "Vary"):
            assert answer.headers[name] == first.headers[name]
        assert "Content-Encoding" not in answer.headers
    again = ask.get("/", headers=encoding)
    assert (again.body, again.headers["Age"], root.made) == (first.body, "0", made + 1)


@pytest.mark.parametrize("streams", [True, False])
def test_what_is_not_kept_is_validated_too(site: Assembly, streams: bool) -> None:
    class Personal:
        @cherrypy.expose
        def index(self) -> Any:
            cherrypy.session["seen"] = True
            cherrypy.response.headers["ETag"] = '"one"'
            return iter([b"for you"]) if streams else "for you"

    entries = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0, "tools.caching.on": True}
    site.tree.mount(Personal(), config={"/": {**entries, "response.stream": streams}})
    ask = Client(site.tree)
    for _ in range(2):
        assert ask.get("/").text == "for you"
        assert ask.get("/", headers={"If-None-Match": '"one"'}).status_code == 304
        assert ask.get("/", headers={"If-None-Match": '"two"'}).text == "for you"


def test_compressed_and_plain_answers_are_kept_apart(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.gzip.on": True})
    packed = {"Accept-Encoding": "gzip"}
    first = [ask.get("/", headers=packed), ask.get("/")]
    made = root.made
    again = [ask.get("/", headers=packed), ask.get("/")]
    assert [each.body for each in again] == [each.body for each in first]
    assert again[0].headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in again[1].headers
    assert root.made == made


def test_stream_is_kept_when_it_has_been_read(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    assert [ask.get("/stream").text for _ in range(2)] == ["made 1", "made 1"]


def test_stream_that_is_left_is_not_kept_and_nobody_waits(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.caching.antistampede_timeout": 60})
    with ask.stream("GET", "/stream"):
        pass
    assert ask.get("/stream").text == "made 2"


def test_nobody_waits_for_a_handler_that_failed(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.caching.antistampede_timeout": 60})
    root.broken = True
    assert ask.get("/").status_code == 500
    root.broken = False
    assert ask.get("/").text.startswith("made 2")


def test_answer_that_sets_a_cookie_is_for_one_client(site: Assembly, root: Root) -> None:
    entries = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0}
    ask = client(site, root, **entries, **{"tools.caching.antistampede_timeout": 60})
    ask.get("/")
    assert ask.get("/").text.startswith("made 2")


def test_what_sets_a_cookie_is_kept_where_config_says(site: Assembly, root: Root) -> None:
    entries = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0}
    ask = client(site, root, **entries, **{"tools.caching.cookies": True})
    first = ask.get("/").headers["Set-Cookie"]
    again = Client(site.tree).get("/")
    assert again.text.startswith("made 1")
    assert again.headers["Set-Cookie"].partition(";")[0] != first.partition(";")[0]


def test_answer_to_credentials_is_for_one_client(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/", headers={"Authorization": "Basic eA=="})
    assert ask.get("/").text.startswith("made 2")


def test_answer_to_a_user_whom_the_server_knows_is_for_one_client(site: Assembly) -> None:
    class Greeting:
        @cherrypy.expose
        def index(self) -> str:
            return f"Hello {cherrypy.request.login}!"

        @cherrypy.expose
        def public(self) -> str:
            cherrypy.response.headers["Cache-Control"] = "public"
            return self.index()

    ask = client(site, Greeting())

    def greeted(user: str, path: str = "/") -> str:
        return Client(site.tree, environ={"REMOTE_USER": user}).get(path).text

    assert [greeted("ann"), greeted("bob")] == ["Hello ann!", "Hello bob!"]
    assert [ask.get("/").text, greeted("ann")] == ["Hello None!", "Hello ann!"]
    assert [greeted("ann", "/public"), greeted("bob", "/public")] == ["Hello ann!", "Hello ann!"]
    site.tree.apps[""].config["/"]["tools.caching.authorized"] = True
    assert greeted("ann") == "Hello None!"


def test_attributes_of_the_cache_are_options(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.caching.maxobj_size": 10})
    ask.get("/")
    assert ask.get("/").text.startswith("made 2")


class Recording:
    """A cache of a program's own: the four documented methods, for the running request."""

    kept: dict[str, Any] = {}  # noqa: RUF012 - the test looks here

    def get(self) -> Any:
        return self.kept.get(cherrypy.request.path_info)

    def put(self, variant: Any, size: int) -> None:
        self.kept[cherrypy.request.path_info] = variant

    def delete(self) -> None:
        self.kept.pop(cherrypy.request.path_info, None)

    def clear(self) -> None:
        self.kept.clear()


def test_cache_can_be_a_class_of_the_program(site: Assembly, root: Root) -> None:
    Recording.kept.clear()
    ask = client(site, root, **{"tools.caching.cache_class": Recording})
    assert [ask.get("/").text[:6] for _ in range(2)] == ["made 1", "made 1"]
    assert list(Recording.kept) == ["/"]


@pytest.mark.parametrize("base", [caching.MemoryCache, cherrypy_tools.MemoryCache])
@pytest.mark.parametrize("path", ["/", "/stream"])
def test_a_derived_cache_may_replace_the_documented_methods(
    site: Assembly, root: Root, base: Any, path: str
) -> None:
    calls: list[str] = []

    class Noting(base):  # type: ignore[misc]  # either base
        def get(self) -> Any:
            calls.append("get")
            return super().get()

        def put(self, variant: Any, size: int) -> None:
            calls.append(f"put {cherrypy.request.path_info}")
            super().put(variant, size)

        def delete(self) -> None:
            calls.append("delete")
            super().delete()

    ask = client(site, root, **{"tools.caching.cache_class": Noting})
    assert ask.get(path).body == ask.get(path).body
    assert calls == ["get", f"put {path}", "get"]
    ask.post(path)
    assert calls[3:] == ["delete", "delete"]  # once more, when it has succeeded
    assert root.made == 2
    ask.get(path)
    assert root.made == 3


def test_so_may_an_option(site: Assembly, root: Root) -> None:
    sizes = []
    ask = client(site, root, **{"tools.caching.put": lambda _variant, size: sizes.append(size)})
    first = ask.get("/")
    assert sizes == [len(first.body)]
    assert "Age" not in ask.get("/").headers


def test_class_of_the_cache_can_be_named(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.caching.cache_class": "cherrypy.lib.caching.MemoryCache"})
    assert [ask.get("/").text[:6] for _ in range(2)] == ["made 1", "made 1"]


def test_one_thread_makes_what_many_ask_for(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.caching.antistampede_timeout": 60})
    start = threading.Barrier(4)
    seen = []

    def visit() -> None:
        start.wait()
        seen.append(Client(site.tree).get("/").body)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert root.made == 1
    assert set(seen) == {ask.get("/").body}


def test_functions_can_be_called_by_a_handler(site: Assembly) -> None:
    class Direct:
        made = 0

        @cherrypy.expose
        def index(self) -> Any:
            if caching.get(delay=60):
                return cherrypy.response.body
            self.made += 1
            cherrypy.response.body = f"made {self.made}".encode()
            caching.tee_output()
            return cherrypy.response.body

    site.tree.mount(Direct(), config={"/": {"tools.encode.on": False}})
    ask = Client(site.tree, base_url="http://direct.example")
    assert [ask.get("/").text for _ in range(2)] == ["made 1", "made 1"]


def test_page_that_is_made_with_a_session_is_for_one_client(site: Assembly, root: Root) -> None:
    """Also where the response sets no cookie."""

    class Personal:
        made = 0

        @cherrypy.expose
        def index(self) -> str:
            cherrypy.session["seen"] = True
            cherrypy.response.cookie.clear()
            self.made += 1
            return f"made {self.made}"

    entries = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0, "tools.caching.on": True}
    site.tree.mount(Personal(), config={"/": entries})
    ask = Client(site.tree)
    assert [ask.get("/").text for _ in range(2)] == ["made 1", "made 2"]


def test_cache_does_not_get_around_a_login(site: Assembly) -> None:
    """Also where config lets it keep what is made with a session, and for a user."""

    class Members:
        @cherrypy.expose
        def index(self) -> str:
            return "for members"

    entries: dict[str, Any] = {
        "tools.sessions.on": True,
        "tools.sessions.clean_freq": 0,
        "tools.caching.on": True,
    }
    entries |= {"tools.caching.cookies": True, "tools.caching.authorized": True}
    entries["tools.session_auth.on"] = True
    entries["tools.session_auth.check_username_and_password"] = lambda *_: None
    site.tree.mount(Members(), config={"/": entries})
    member = Client(site.tree, follow_redirects=True)
    form = {"username": "ann", "password": "x", "from_page": "/"}
    assert [member.post("/do_login", data=form).text, member.get("/").headers["Age"]] == [
        "for members",
        "0",
    ]
    assert "password" in Client(site.tree).get("/").text


def test_files_are_not_kept_in_memory(site: Assembly, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    entries = {"tools.caching.on": True, "tools.staticdir.on": True}
    site.tree.mount(None, config={"/": {**entries, "tools.staticdir.dir": str(tmp_path)}})
    ask = Client(site.tree)
    assert ask.get("/a.txt").text == "old"
    (tmp_path / "a.txt").write_text("new")
    assert ask.get("/a.txt").text == "new"


def test_handler_can_ask_the_cache(site: Assembly) -> None:
    class Forgetful:
        made = 0

        @cherrypy.expose
        def index(self) -> str:
            self.made += 1
            return f"made {self.made}"

        @cherrypy.expose
        @cherrypy.tools.caching()
        def forget(self) -> str:
            cherrypy.request.cache.clear()
            return "forgotten"

    site.tree.mount(Forgetful(), config={"/": {"tools.caching.on": True}})
    ask = Client(site.tree)
    pages = [ask.get(path).text for path in ("/", "/", "/forget", "/")]
    assert pages == ["made 1", "made 1", "forgotten", "made 2"]


@pytest.mark.parametrize(
    "sent", [{"Cache-Control": "x" * 9000}, {"Cache-Control": 'max-age="'}, {"Pragma": "\x7f"}]
)
def test_hostile_demands_are_answered(site: Assembly, root: Root, sent: dict[str, str]) -> None:
    ask = client(site, root)
    ask.get("/")
    assert ask.get("/", headers=sent).status_code == 200


def test_priority_and_failsafe_are_no_attributes_of_the_cache(site: Assembly, root: Root) -> None:
    ask = client(site, root, **{"tools.caching.priority": 80, "tools.caching.failsafe": True})
    assert [ask.get("/").text[:6] for _ in range(2)] == ["made 1", "made 1"]
