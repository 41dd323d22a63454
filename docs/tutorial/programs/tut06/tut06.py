import os
import random
import string

import cherrypy

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Strings</title>
  <link rel="stylesheet" href="/static/css/style.css">
</head>
<body>
  <form method="get" action="generate">
    <label>Length <input type="number" name="length" value="8" min="1" max="64"></label>
    <button>Give it now!</button>
  </form>
  <p><a href="display">The last one</a></p>
</body>
</html>"""


def random_string(length):
    try:
        count = int(length)
    except ValueError:
        count = 0
    if not 1 <= count <= 64:
        raise cherrypy.HTTPError(400, "length must be a number from 1 to 64")
    return "".join(random.choices(string.hexdigits, k=count))


class StringGenerator:
    @cherrypy.expose
    def index(self):
        return PAGE

    @cherrypy.expose
    def generate(self, length=8):
        some_string = random_string(length)
        cherrypy.session["mystring"] = some_string
        return some_string

    @cherrypy.expose
    def display(self):
        return cherrypy.session.get("mystring", "There is no string yet.")


CONFIG = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.httponly": True,
        "tools.sessions.samesite": "Lax",
        "tools.staticdir.root": os.path.dirname(os.path.abspath(__file__)),
    },
    "/static": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": "public",
        "tools.sessions.on": False,
    },
}

if __name__ == "__main__":
    cherrypy.quickstart(StringGenerator(), "/", CONFIG)
