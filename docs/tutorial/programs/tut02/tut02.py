import random
import string

import cherrypy


class StringGenerator:
    @cherrypy.expose
    def index(self):
        return "Hello world!"

    @cherrypy.expose
    def generate(self):
        return "".join(random.choices(string.hexdigits, k=8))


if __name__ == "__main__":
    cherrypy.quickstart(StringGenerator())
