"""A small library of books, written for published CherryPy, that uses most of its API.

Run as a program it serves on the port that it is given, and ends with its standard input.
"""
# mypy: ignore-errors

import os
import sys
import tempfile
import threading

import cherrypy
from cherrypy.lib import auth_basic, auth_digest, cptools, httputil, static
from cherrypy.process import plugins

HERE = os.path.dirname(os.path.abspath(__file__))
BOOKS = {1: "Emma", 2: "Ulysses", 3: "Middlemarch"}


def stamp():
    cherrypy.response.headers["X-Stamp"] = "%s %s" % (
        cherrypy.request.method,
        cherrypy.request.path_info,
    )


cherrypy.tools.stamp = cherrypy.Tool("before_finalize", stamp, priority=60)


@cherrypy.tools.register("before_handler", name="limit")
def limit_arguments(most=3):
    if len(cherrypy.request.params) > most:
        raise cherrypy.HTTPError(400, "At most %d arguments" % most)


def shout(next_handler, *args, **kwargs):
    return next_handler(*args, **kwargs).upper()


cherrypy.tools.shout = cherrypy._cptools.HandlerWrapperTool(shout)


class Timing(cherrypy.Tool):
    def __init__(self):
        cherrypy.Tool.__init__(self, "on_start_resource", self.begin)

    def _setup(self):
        cherrypy.Tool._setup(self)
        cherrypy.request.hooks.attach("before_finalize", self.end, priority=90)

    def begin(self, label="none"):
        cherrypy.request.timing_label = label

    def end(self):
        cherrypy.response.headers["X-Timing"] = cherrypy.request.timing_label


cherrypy.tools.timing = Timing()


class Counter(plugins.SimplePlugin):
    started = 0

    def start(self):
        self.started += 1
        self.bus.subscribe("count-books", self.count)

    def stop(self):
        self.bus.unsubscribe("count-books", self.count)

    def count(self):
        return len(BOOKS)


class Api:
    exposed = True

    @cherrypy.tools.json_out()
    def GET(self, number=None):
        if number is None:
            return sorted(BOOKS.values())
        try:
            return {"title": BOOKS[int(number)]}
        except (KeyError, ValueError):
            raise cherrypy.NotFound()

    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def PUT(self, number):
        cherrypy.response.status = 201
        return {"number": int(number), "was": cherrypy.request.json}

    def DELETE(self, number):
        cherrypy.response.status = "204 No Content"


@cherrypy.popargs("author", "year")
class Shelf:
    @cherrypy.expose
    def index(self, author=None, year=None):
        return "shelf of %s, %s" % (author, year)

    @cherrypy.expose
    def newest(self, author=None, year=None):
        return "newest of %s, %s" % (author, year)


class Machine:
    def _cp_dispatch(self, vpath):
        if len(vpath) == 2 and vpath[0] == "number":
            cherrypy.request.params["number"] = vpath.pop()
            vpath.pop()
        return self

    @cherrypy.expose
    def index(self, number="0"):
        return "machine %s" % number


class Members:
    _cp_config = {"tools.response_headers.on": True}

    @cherrypy.expose
    def index(self):
        return "welcome %s" % cherrypy.request.login

    @cherrypy.expose
    def secret(self):
        return "digest of %s" % cherrypy.request.login


class Pages:
    """The pages of a visitor, with a session."""

    @cherrypy.expose
    def visits(self):
        cherrypy.session["n"] = cherrypy.session.get("n", 0) + 1
        return "visit %d" % cherrypy.session["n"]

    @cherrypy.expose
    def leave(self):
        cherrypy.lib.sessions.expire()
        return "bye"

    @cherrypy.expose
    def peek(self):
        return str(cherrypy.session.get("n"))


class Root:
    api = Api()
    shelf = Shelf()
    machine = Machine()
    members = Members()
    pages = Pages()

    @cherrypy.expose
    def index(self):
        return "<h1>Library</h1> %s books" % cherrypy.engine.publish("count-books")[0]

    @cherrypy.expose
    def greet(self, name="nobody", *more, **options):
        return "%s %r %r" % (name, more, sorted(options.items()))

    @cherrypy.expose(["alias", "other.name"])
    def named(self):
        return "named"

    @cherrypy.expose
    def default(self, *path, **query):
        if path and path[0] == "nothing":
            raise cherrypy.NotFound()
        return "default %s %s" % ("/".join(path), sorted(query))

    @cherrypy.expose
    def two(self, first, second):
        return "%s and %s" % (first, second)

    @cherrypy.expose
    @cherrypy.tools.shout()
    @cherrypy.tools.timing(label="loud")
    def loud(self):
        return "quiet"

    @cherrypy.expose
    @cherrypy.tools.limit(most=1)
    def limited(self, **query):
        return "fine"

    @cherrypy.expose
    def go(self, how="soft"):
        if how == "internal":
            raise cherrypy.InternalRedirect("/greet/inside")
        if how == "gone":
            raise cherrypy.HTTPError(410, "It is gone.")
        if how == "moved":
            raise cherrypy.HTTPRedirect("/named", 301)
        raise cherrypy.HTTPRedirect(["/named", "/alias"])

    @cherrypy.expose
    def broken(self):
        raise ValueError("broken on purpose")

    @cherrypy.expose
    def urls(self):
        return "\n".join(
            [
                cherrypy.url("/a", qs={"b": 1}, base="http://h"),
                cherrypy.url("a", relative="server"),
                cherrypy.url("x/y", relative=True),
                cherrypy.request.script_name,
                cherrypy.request.request_line,
            ]
        )

    @cherrypy.expose
    def upload(self, file, note=""):
        return "%s %s %d %s" % (file.filename, file.content_type, len(file.file.read()), note)

    @cherrypy.expose
    def raw(self):
        return b"got " + cherrypy.request.body.read()

    raw._cp_config = {"request.body.processors": {}, "request.process_request_body": True}

    @cherrypy.expose
    def stream(self):
        def pieces():
            for number in range(5):
                yield "piece %d\n" % number

        return pieces()

    stream._cp_config = {"response.stream": True}

    @cherrypy.expose
    def latin(self):
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return "gar\xe7on"

    latin._cp_config = {"tools.encode.on": True, "tools.encode.encoding": "iso-8859-1"}

    @cherrypy.expose
    def cookies(self, set="1"):
        cherrypy.response.cookie["taste"] = set
        cherrypy.response.cookie["taste"]["path"] = "/"
        return ",".join(sorted("%s=%s" % (k, v.value) for k, v in cherrypy.request.cookie.items()))

    @cherrypy.expose
    @cherrypy.tools.gzip()
    def long(self):
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return "long text " * 500

    @cherrypy.expose
    @cherrypy.tools.etags(autotags=True)
    def tagged(self):
        return "tagged"

    @cherrypy.expose
    @cherrypy.tools.expires(secs=60, force=True)
    def fresh(self):
        return "fresh"

    @cherrypy.expose
    def modified(self):
        cherrypy.response.headers["Last-Modified"] = httputil.HTTPDate(1000000000)
        cptools.validate_since()
        return "old"

    @cherrypy.expose
    def accepted(self):
        best = cptools.accept(["text/html", "text/plain"])
        return "you get %s" % best

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def only_post(self, a=""):
        return "posted %s" % a

    @cherrypy.expose
    @cherrypy.tools.response_headers(headers=[("X-One", "1"), ("Content-Language", "eo")])
    def headed(self):
        return "headed"

    @cherrypy.expose
    def download(self):
        path = os.path.join(os.environ["LIBRARY_FILES"], "plain.txt")
        return static.serve_download(path, "a name.txt")

    @cherrypy.expose
    @cherrypy.tools.caching(delay=60)
    def cached(self):
        self.calls = getattr(self, "calls", 0) + 1
        return "call %d" % self.calls

    @cherrypy.expose
    @cherrypy.tools.proxy(base="https://library.example")
    def proxied(self):
        return cherrypy.url("/page")

    @cherrypy.expose
    @cherrypy.tools.referer(pattern="http://friend[.]example/.*")
    def friends(self):
        return "friend"


def error_404(status, message, traceback, version):
    return "own page for %s" % status


def wsgi_application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Grafted", "yes")])
    return [("grafted %s %s" % (environ["SCRIPT_NAME"], environ["PATH_INFO"])).encode()]


def config(files):
    users = {"bird": "nest"}
    return {
        "/": {
            "tools.stamp.on": True,
            "tools.sessions.locking": "implicit",
            "error_page.404": error_404,
            "request.show_tracebacks": False,
        },
        "/api": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
        "/pages": {"tools.sessions.on": True, "tools.sessions.timeout": 10},
        "/static": {
            "tools.staticdir.on": True,
            "tools.staticdir.dir": files,
            "tools.staticdir.index": "index.html",
        },
        "/one.txt": {
            "tools.staticfile.on": True,
            "tools.staticfile.filename": os.path.join(files, "plain.txt"),
        },
        "/members": {
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": "members",
            "tools.auth_basic.checkpassword": auth_basic.checkpassword_dict(users),
            "tools.response_headers.headers": [("X-Members", "yes")],
        },
        "/members/secret": {
            "tools.auth_basic.on": False,
            "tools.auth_digest.on": True,
            "tools.auth_digest.realm": "secrets",
            "tools.auth_digest.key": "0123456789abcdef",
            "tools.auth_digest.get_ha1": auth_digest.get_ha1_dict_plain(users),
        },
        "/loud": {"tools.timing.label": "config"},
    }


def make_files(directory):
    for name, text in (
        ("plain.txt", "0123456789\n"),
        ("index.html", "<p>index</p>"),
        ("style.css", "p {color: red}"),
    ):
        with open(os.path.join(directory, name), "w") as file:
            file.write(text)
        os.utime(os.path.join(directory, name), (1000000000, 1000000000))


def main():
    files = os.environ["LIBRARY_FILES"] = tempfile.mkdtemp()
    make_files(files)
    cherrypy.config.update(
        {
            "environment": "test_suite",
            "server.socket_host": "127.0.0.1",
            "server.socket_port": int(sys.argv[1]),
            "checker.on": False,
            "tools.trailing_slash.on": True,
        }
    )
    Counter(cherrypy.engine).subscribe()
    cherrypy.tree.mount(Root(), "", config(files))
    cherrypy.tree.mount(Root(), "/branch", {"/": {"tools.stamp.on": True}})
    cherrypy.tree.graft(wsgi_application, "/grafted")
    cherrypy.engine.start()
    print("ready", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), cherrypy.engine.exit())).start()
    cherrypy.engine.block()


if __name__ == "__main__":
    main()
