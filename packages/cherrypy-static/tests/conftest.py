"""Import webob once without its own warning: its release for Python 3.11 still imports `cgi`.

Examples take as long as the file system makes them: none fails for being slow.
"""

import warnings

from hypothesis import settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import webob  # noqa: F401 - the tests find it imported

settings.register_profile("files", deadline=None)
settings.load_profile("files")
