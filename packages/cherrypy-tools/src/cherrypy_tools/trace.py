"""Say what a tool decided, in the log of the tool's own module.

A decision is logged at DEBUG, and at INFO when the tool's documented `debug` option is on, so that
one request path can be watched without turning on the debug output of everything else.
"""

from __future__ import annotations

import logging


def trace(log: logging.Logger, debug: bool, message: str, *values: object) -> None:
    """Log `message % values` at INFO if `debug`, else at DEBUG; format nothing in vain."""
    level = logging.INFO if debug else logging.DEBUG
    if log.isEnabledFor(level):
        log.log(level, message, *values)
