import os
import random
import sqlite3
import string
import time
from contextlib import closing

import cherrypy

HERE = os.path.dirname(os.path.abspath(__file__))
DATABASE = os.path.join(HERE, "my.db")


def execute(statement, *values):
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchone() if cursor.description else cursor.rowcount


def setup_database():
    execute("CREATE TABLE IF NOT EXISTS user_string (session_id TEXT PRIMARY KEY, value TEXT)")


def cleanup_database():
    execute("DROP TABLE user_string")


def random_string(length):
    try:
        count = int(length)
    except ValueError:
        count = 0
    if not 1 <= count <= 64:
        raise cherrypy.HTTPError(400, "length must be a number from 1 to 64")
    return "".join(random.choices(string.hexdigits, k=count))


def no_string():
    return cherrypy.HTTPError(404, "there is no string yet; make one with POST")


class StringGenerator:
    def __init__(self):
        self.generator = StringGeneratorWebService()

    @cherrypy.expose
    def index(self):
        return open(os.path.join(HERE, "index.html"), "rb")


@cherrypy.expose
class StringGeneratorWebService:
    @cherrypy.tools.accept(media="text/plain")
    def GET(self):
        row = execute(
            "SELECT value FROM user_string WHERE session_id = ?",
            cherrypy.session.id,
        )
        if row is None:
            raise no_string()
        return row[0]

    def POST(self, length=8):
        some_string = random_string(length)
        cherrypy.session["ts"] = time.time()
        execute(
            "INSERT OR REPLACE INTO user_string VALUES (?, ?)",
            cherrypy.session.id,
            some_string,
        )
        return some_string

    def PUT(self, another_string):
        changed = execute(
            "UPDATE user_string SET value = ? WHERE session_id = ?",
            another_string,
            cherrypy.session.id,
        )
        if not changed:
            raise no_string()

    def DELETE(self):
        cherrypy.session.pop("ts", None)
        execute("DELETE FROM user_string WHERE session_id = ?", cherrypy.session.id)


CONFIG = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.httponly": True,
        "tools.sessions.samesite": "Lax",
        "tools.staticdir.root": HERE,
    },
    "/generator": {
        "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("Content-Type", "text/plain")],
    },
    "/static": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": "public",
        "tools.sessions.on": False,
    },
}

if __name__ == "__main__":
    cherrypy.engine.subscribe("start", setup_database)
    cherrypy.engine.subscribe("stop", cleanup_database)
    cherrypy.quickstart(StringGenerator(), "/", CONFIG)
