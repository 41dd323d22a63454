"""What a server serves."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

WSGIApplication: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""A WSGI application (PEP 3333): called with the environ and `start_response`."""
