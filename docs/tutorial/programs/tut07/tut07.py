import random
import string

import cherrypy


def random_string(length):
    try:
        count = int(length)
    except ValueError:
        count = 0
    if not 1 <= count <= 64:
        raise cherrypy.HTTPError(400, "length must be a number from 1 to 64")
    return "".join(random.choices(string.hexdigits, k=count))


def require_string():
    if "mystring" not in cherrypy.session:
        raise cherrypy.HTTPError(404, "there is no string yet; make one with POST")


@cherrypy.expose
class StringGeneratorWebService:
    @cherrypy.tools.accept(media="text/plain")
    def GET(self):
        require_string()
        return cherrypy.session["mystring"]

    def POST(self, length=8):
        some_string = random_string(length)
        cherrypy.session["mystring"] = some_string
        return some_string

    def PUT(self, another_string):
        require_string()
        cherrypy.session["mystring"] = another_string

    def DELETE(self):
        cherrypy.session.pop("mystring", None)


CONFIG = {
    "/": {
        "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
        "tools.sessions.on": True,
        "tools.sessions.httponly": True,
        "tools.sessions.samesite": "Lax",
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("Content-Type", "text/plain")],
    }
}

if __name__ == "__main__":
    cherrypy.quickstart(StringGeneratorWebService(), "/", CONFIG)
