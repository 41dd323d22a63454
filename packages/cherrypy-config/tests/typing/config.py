"""What a type checker must accept, and what it must not."""

import dataclasses
import io
from pathlib import Path
from typing import Any, assert_type

from cherrypy_config import Config, Mode, NamespaceSet, Origin, Parser, as_dict, fill, unrepr


@dataclasses.dataclass
class Database:
    """A section of an application."""

    host: str
    port: int = 5432


class Settings(Config):
    """A configuration of an application."""

    defaults = {"log.screen": True}  # noqa: RUF012 - as programs write it
    environments = {"production": {"log.screen": False}}  # noqa: RUF012 - as programs write it
    namespaces = NamespaceSet()
    mode = Mode.LITERAL
    variable_prefix = "APP_"


class Ambient:
    """A namespace handler that is a context manager."""

    def __enter__(self) -> Any:
        """Begin."""

    def __exit__(self, *exc_info: object) -> None:
        """End."""


def handle(key: str, value: Any) -> None:
    """Handle an entry."""


def wrong(key: str) -> None:
    """Handle only half of an entry."""


settings = Settings("site.conf", port=1)
settings.update({"a": 1})
settings.update(Path("site.conf"))
settings.update(io.StringIO())
settings.update(io.BytesIO())
settings.update(1)  # type: ignore[arg-type]
settings.namespaces["ns"] = handle
settings.namespaces["ctx"] = Ambient()
settings.namespaces["wrong"] = wrong  # type: ignore[assignment]
settings.environments["Greek"] = {"tools.encode.encoding": "ISO-8859-7"}
assert_type(settings["a"], Any)
assert_type(settings.origin("a"), Origin)
assert_type(as_dict("site.conf"), dict[str, Any])
assert_type(Parser().as_dict(), dict[str, dict[str, Any]])
assert_type(fill(Database, {"host": "here"}), Database)
fill(Database, "host")  # type: ignore[arg-type]
unrepr(1)  # type: ignore[arg-type]
