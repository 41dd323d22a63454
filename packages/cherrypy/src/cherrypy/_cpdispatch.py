"""The dispatchers, under their documented name."""

from cherrypy_dispatch import (
    Dispatcher,
    LateParamPageHandler,
    MethodDispatcher,
    PageHandler,
    RoutesDispatcher,
    VirtualHost,
    XMLRPCDispatcher,
    punctuation_to_underscores,
    test_callable_spec,
    validate_translator,
)

__all__ = [
    "Dispatcher",
    "LateParamPageHandler",
    "MethodDispatcher",
    "PageHandler",
    "RoutesDispatcher",
    "VirtualHost",
    "XMLRPCDispatcher",
    "punctuation_to_underscores",
    "test_callable_spec",
    "validate_translator",
]
