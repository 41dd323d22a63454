"""Say what was decided, in the log of the module that decided it.

A decision is logged at DEBUG, and at INFO where the documented option `debug` is on. No line has a
password or a digest in it.
"""

from __future__ import annotations

import logging


def trace(log: logging.Logger, debug: bool, message: str, *values: object) -> None:
    """Log `message % values` at INFO if `debug`, else at DEBUG; format nothing in vain."""
    level = logging.INFO if debug else logging.DEBUG
    if log.isEnabledFor(level):
        log.log(level, message, *values)
