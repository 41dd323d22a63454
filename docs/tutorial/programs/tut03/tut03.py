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


class StringGenerator:
    @cherrypy.expose
    def index(self):
        return "Hello world!"

    @cherrypy.expose
    def generate(self, length=8):
        return random_string(length)


if __name__ == "__main__":
    cherrypy.quickstart(StringGenerator())
