"""WebOb without its warning: its release for Python 3.11 still imports cgi."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import webob  # noqa: F401 - the tests find it imported
