from collections.abc import Iterator

import pytest
from hypothesis import settings

from cherrypy_serving import serving

# How long an example takes says more about the machine than about the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(autouse=True)
def _nothing_is_bound() -> Iterator[None]:
    serving.clear()
    yield
    serving.clear()
