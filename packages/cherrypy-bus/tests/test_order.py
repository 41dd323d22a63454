"""Whatever subscribes and leaves, in whatever order, the calls come by priority."""

from hypothesis import given
from hypothesis import strategies as st

from cherrypy_bus import Channels

PRIORITIES = st.one_of(st.none(), st.integers(0, 100), st.floats(0, 100))
ACTIONS = st.lists(st.tuples(st.booleans(), st.integers(0, 5), PRIORITIES), max_size=30)


@given(ACTIONS)
def test_listeners_are_called_by_priority_then_by_age(
    actions: list[tuple[bool, int, float | None]],
) -> None:
    channels = Channels()
    listeners = [lambda number=number: number for number in range(6)]
    model: dict[int, float] = {}  # a dict keeps the age of its keys
    for joins, number, priority in actions:
        if joins:
            channels.subscribe("x", listeners[number], priority)
            model[number] = 50 if priority is None else priority
        else:
            channels.unsubscribe("x", listeners[number])
            model.pop(number, None)
    assert channels.publish("x") == sorted(model, key=lambda number: model[number])
    assert channels.listeners.get("x", frozenset()) == {listeners[number] for number in model}
