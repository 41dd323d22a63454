"""Notes in a database, by SQLAlchemy."""

from html import escape

from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import cherrypy
from cherrypy.lib.httputil import valid_status
from cherrypy.process.plugins import SimplePlugin


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Database(SimplePlugin):
    """Keep the connections to the database while the site runs."""

    def __init__(self, bus, url):
        super().__init__(bus)
        self.url = url

    def start(self):
        self.engine = create_engine(self.url)
        Base.metadata.create_all(self.engine)
        self.bus.subscribe("new-database-session", self.new_session)

    def stop(self):
        self.bus.unsubscribe("new-database-session", self.new_session)
        self.engine.dispose()

    def new_session(self):
        return Session(self.engine)


class Transaction(cherrypy.Tool):
    """Give a request a session: what it did is kept if the answer is no error."""

    def __init__(self):
        super().__init__("before_handler", self.begin, priority=20)

    def _setup(self):
        super()._setup()
        hooks = cherrypy.request.hooks
        hooks.attach("before_finalize", self.commit, priority=5)
        hooks.attach("on_end_request", self.close, failsafe=True)

    def begin(self):
        (cherrypy.request.db,) = cherrypy.engine.publish("new-database-session")

    def commit(self):
        status, _, _ = valid_status(cherrypy.response.status)
        session = getattr(cherrypy.request, "db", None)
        if session and status < 400:
            session.commit()

    def close(self):
        session = getattr(cherrypy.request, "db", None)
        if session:
            session.close()


cherrypy.tools.transaction = Transaction()


class Notes:
    @cherrypy.expose
    @cherrypy.tools.transaction()
    def index(self):
        notes = cherrypy.request.db.scalars(select(Note).order_by(Note.id))
        items = "".join(f"<li>{escape(note.text)}" for note in notes)
        return (
            f"<!doctype html><ul>{items}</ul>"
            '<form method="post" action="add"><input name="text"> <button>Add</button></form>'
        )

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    @cherrypy.tools.transaction()
    def add(self, text):
        cherrypy.request.db.add(Note(text=text))
        if not text.strip():
            raise cherrypy.HTTPError(400, "a note has to have a text")
        raise cherrypy.HTTPRedirect("/")


if __name__ == "__main__":
    Database(cherrypy.engine, "sqlite:///notes.db").subscribe()
    cherrypy.quickstart(Notes())
