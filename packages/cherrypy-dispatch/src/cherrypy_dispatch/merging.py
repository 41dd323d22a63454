"""From layers of config to the config in force.

Later layers win. The layers are read and never written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cherrypy_dispatch.match import Layer


def merge(layers: Iterable[Layer], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a new dict with the entries of `base` and of each layer, the later ones winning.

    Where a layer sets `tools.staticdir.dir`, its path is recorded as `tools.staticdir.section`:
    the directory stands for that path, wherever below it the request points.

    Examples:
        >>> merge([("/", {"tools.gzip.on": True}), ("/css", {"tools.gzip.on": False})])
        {'tools.gzip.on': False}
        >>> merge([("/files", {"tools.staticdir.dir": "/srv/files"})])
        {'tools.staticdir.dir': '/srv/files', 'tools.staticdir.section': '/files'}
    """
    merged: dict[str, Any] = {} if base is None else dict(base)
    for path, config in layers:
        merged.update(config)
        if "tools.staticdir.dir" in config:
            merged["tools.staticdir.section"] = path
    return merged
