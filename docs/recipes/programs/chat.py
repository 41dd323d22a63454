"""A room in which everybody hears what anybody says."""

from ws4py.server.cherrypyserver import WebSocketPlugin, WebSocketTool
from ws4py.websocket import WebSocket

import cherrypy

PAGE = """<!doctype html>
<ul></ul>
<form><input aria-label="Words"> <button>Say</button></form>
<script>
  const list = document.querySelector("ul");
  const field = document.querySelector("input");
  const room = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/room`);
  room.onmessage = (event) => {
    list.append(Object.assign(document.createElement("li"), { textContent: event.data }));
  };
  document.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    room.send(field.value);
    field.value = "";
  };
</script>"""


class Room(WebSocket):
    """One visitor of the room."""

    def received_message(self, message):
        cherrypy.engine.publish("websocket-broadcast", str(message))


class Chat:
    @cherrypy.expose
    def index(self):
        return PAGE

    @cherrypy.expose
    def room(self):
        origin = cherrypy.request.headers.get("Origin")
        if origin is not None and origin != cherrypy.request.base:
            raise cherrypy.HTTPError(403, "pages of other sites may not listen")


CONFIG = {"/room": {"tools.websocket.on": True, "tools.websocket.handler_cls": Room}}
WebSocketPlugin(cherrypy.engine).subscribe()
cherrypy.tools.websocket = WebSocketTool()

if __name__ == "__main__":
    cherrypy.quickstart(Chat(), "/", CONFIG)
