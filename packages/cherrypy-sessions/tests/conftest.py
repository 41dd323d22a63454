"""A store of its own for each test; WebOb, without its warning."""

import warnings

import pytest

from cherrypy_sessions import RamSession

with warnings.catch_warnings():
    # WebOb's release for Python 3.11 still imports cgi.
    warnings.simplefilter("ignore", DeprecationWarning)
    import webob  # noqa: F401 - the tests find it imported


@pytest.fixture
def store() -> type[RamSession]:
    class Store(RamSession):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012

    return Store
