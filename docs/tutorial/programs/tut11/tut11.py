import queue
import time

import cherrypy
from cherrypy.process.plugins import Monitor, SimplePlugin


# The staff: works outside of any request, for as long as the store is open.
class Stock(SimplePlugin):
    """Keep apples on the shelf, and hand them out on the channel ``stock-take``."""

    def __init__(self, bus, capacity):
        super().__init__(bus)
        self.shelf = queue.Queue(maxsize=capacity)
        self.refill = Monitor(bus, self.fill, frequency=5)

    def start(self):
        self.fill()
        self.refill.start()
        self.bus.subscribe("stock-take", self.take)

    def stop(self):
        self.bus.unsubscribe("stock-take", self.take)
        self.refill.stop()

    def fill(self):
        while not self.shelf.full():
            self.shelf.put("apple")

    def take(self):
        try:
            return self.shelf.get_nowait()
        except queue.Empty:
            return None


# What is done at some tills, whoever is served there.
@cherrypy.tools.register("before_finalize", name="stamp")
def stamp(store="The store"):
    cherrypy.response.headers["X-Receipt"] = f"{store}, {time.strftime('%H:%M')}"


# The tills: one for people, one for machines.
class Till:
    @cherrypy.expose
    def index(self):
        return '<form method="post" action="buy"><button>One apple</button></form>'

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def buy(self):
        return f"Here is your {take()}."


@cherrypy.expose
class SelfCheckout:
    @cherrypy.tools.json_out()
    def POST(self):
        return {"item": take()}


def take():
    (item,) = cherrypy.engine.publish("stock-take")
    if item is None:
        raise cherrypy.HTTPError(503, "Sold out. Come back in a few seconds.")
    return item


class Store:
    def __init__(self):
        self.till = Till()
        self.checkout = SelfCheckout()


CONFIG = {
    "/till": {"tools.stamp.on": True, "tools.stamp.store": "Corner store"},
    "/checkout": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
}

if __name__ == "__main__":
    Stock(cherrypy.engine, capacity=3).subscribe()
    cherrypy.quickstart(Store(), "/", CONFIG)
