from collections.abc import Iterator

import pytest

from cherrypy_serving import serving


@pytest.fixture(autouse=True)
def _nothing_is_bound() -> Iterator[None]:
    serving.clear()
    yield
    serving.clear()
