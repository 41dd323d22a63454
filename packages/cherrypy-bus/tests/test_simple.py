"""Plugins subscribe the methods that are named after channels."""

from cherrypy_bus import Bus, SimplePlugin


class Database(SimplePlugin):
    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.saved: list[object] = []
        self.main = "not a method"

    def start(self) -> None:
        self.bus.log("Starting up DB access")
        self.bus.subscribe("db-save", self.save)

    def stop(self) -> None:
        self.bus.unsubscribe("db-save", self.save)

    def save(self, entity: object) -> None:
        self.saved.append(entity)

    start.priority = 10  # type: ignore[attr-defined] # how a listener says its priority


def test_the_methods_of_a_plugin_are_called_on_their_channels() -> None:
    bus = Bus()
    database = Database(bus)
    database.subscribe()
    bus.publish("db-save", 1)
    bus.start()
    bus.publish("db-save", 2)
    bus.stop()
    bus.publish("db-save", 3)
    bus.exit()
    assert database.saved == [2]
    assert bus.listeners["main"] == frozenset()


def test_the_priority_of_a_method_counts() -> None:
    bus = Bus()
    order: list[str] = []
    bus.subscribe("start", lambda: order.append(f"after {len(bus.listeners['db-save'])}"))
    Database(bus).subscribe()
    bus.publish("start")
    assert order == ["after 1"]


def test_an_unsubscribed_plugin_is_not_called() -> None:
    bus = Bus()
    database = Database(bus)
    database.subscribe()
    database.unsubscribe()
    assert bus.listeners["start"] == bus.listeners["stop"] == frozenset()
