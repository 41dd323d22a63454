"""The current request and response, as typed proxies over a context variable.

`serving` holds what a server binds around each request. `proxy` makes an object that stands for one
of its attributes wherever the code runs; `ambient` and `prepared` turn functions of a request and a
response into ones that find both by themselves. Nothing here knows what a request is.
"""

from cherrypy_serving.ambience import ambient, prepared
from cherrypy_serving.defaults import Defaults
from cherrypy_serving.errors import UnboundError
from cherrypy_serving.proxies import late_proxy, proxy
from cherrypy_serving.scope import Activation, Scope, Serving, serving
from cherrypy_serving.threads import ThreadData

__all__ = [
    "Activation",
    "Defaults",
    "Scope",
    "Serving",
    "ThreadData",
    "UnboundError",
    "ambient",
    "late_proxy",
    "prepared",
    "proxy",
    "serving",
]
