"""One dict from whatever holds configuration: a mapping, a file by its name, an open file."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cherrypy_config.errors import ConfigError
from cherrypy_config.expressions import Mode
from cherrypy_config.layers import Layer, Origin
from cherrypy_config.sources import FileLike, StrPath, file_name, file_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_config.positions import Positions

ConfigSource: TypeAlias = "Mapping[str, Any] | StrPath | FileLike"
"""Where configuration may come from; a name that ends in `.toml` means TOML, any other INI."""


class Loaded(NamedTuple):
    """What a source held.

    Attributes:
        content: The entries, or the sections with their entries.
        file: The name of the file, None for a mapping.
        by_name: Whether the source was the name of a file, which may be looked at again.
        positions: The lines of the entries of an INI file.
    """

    content: dict[str, Any]
    file: str | None = None
    by_name: bool = False
    positions: Positions | None = None

    def origin(self, section: str, option: str) -> Origin:
        """Tell where an entry came from."""
        if self.file is None:
            return Origin(Layer.DICT)
        line = self.positions.of(section, option)[1] if self.positions else None
        return Origin(Layer.FILE, self.file, section, line)


class Sections(dict[str, Any]):
    r"""What a file held, which knows where each entry stands.

    It is a dict: what it is given to, such as `Config.update` and `merge_sections`, keeps the
    places, as if it had read the file itself.

    Args:
        loaded: The contents of the file.

    Examples:
        >>> from io import StringIO
        >>> sections = as_dict(StringIO("[db]\npool = 8"))
        >>> isinstance(sections, Sections), str(sections.origin("db", "pool"))
        (True, "the file '<file>', [db], line 2")
    """

    def __init__(self, loaded: Loaded) -> None:
        super().__init__(loaded.content)
        self.loaded = loaded

    def origin(self, section: str, option: str) -> Origin:
        """Tell where an entry came from; the section is empty for one outside of any."""
        return self.loaded.origin(section, option)


def load(config: ConfigSource, mode: Mode) -> Loaded:
    """Read a source; a mapping is copied.

    Raises:
        OSError: A file cannot be read.
        ConfigError: A file holds what it must not.
        TypeError: `config` is nothing that holds configuration.
    """
    if isinstance(config, Sections):  # whoever read the file has told of it
        return config.loaded._replace(content=dict(config), by_name=False)
    if isinstance(config, Mapping):
        return Loaded(dict(config))
    by_name = isinstance(config, str | os.PathLike)
    if not by_name and not hasattr(config, "read"):
        wanted = "a dict, the name of a file, a path or an open file"
        raise TypeError(f"config comes from {wanted}, not from {config!r}")
    name = file_name(config)
    if name.endswith(".toml"):
        return Loaded(_from_toml(file_text(config), name), name, by_name)
    return _from_ini(config, name, by_name, mode)


# What reads files is imported when there is one: most of what this package costs is theirs.


def _from_toml(text: str, name: str) -> dict[str, Any]:
    from cherrypy_config.toml import sections_from_toml  # noqa: PLC0415 - see above

    return sections_from_toml(text, name)


def _from_ini(config: StrPath | FileLike, name: str, by_name: bool, mode: Mode) -> Loaded:
    from cherrypy_config.parser import Parser  # noqa: PLC0415 - see above

    parser = Parser()
    parser.mode = mode
    return Loaded(parser.dict_from_file(config), name, by_name, parser.positions)


def as_dict(
    config: ConfigSource,
    *,
    mode: Mode = Mode.PYTHON,
    on_file: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    r"""Return a dict from a dict, the name of a file, a path or an open file.

    Args:
        config: The source. A dict is copied; a file gives `Sections`.
        mode: How the values of an INI file are read.
        on_file: Is called with the name of the file after it was read, if `config` is a name.

    Raises:
        OSError: The file cannot be read.
        ConfigError: The file holds what it must not.
        TypeError: `config` is none of these.

    Examples:
        >>> import io
        >>> as_dict(io.StringIO("[db]\npool = 2 * 4"))
        {'db': {'pool': 8}}
    """
    loaded = load(config, mode)
    if on_file is not None and loaded.by_name and loaded.file is not None:
        on_file(loaded.file)
    return loaded.content if loaded.file is None else Sections(loaded)


def merge_sections(
    base: MutableMapping[str, dict[str, Any]],
    other: ConfigSource,
    *,
    mode: Mode = Mode.PYTHON,
    on_file: Callable[[str], object] | None = None,
    origins: MutableMapping[tuple[str, str], Origin] | None = None,
) -> None:
    """Merge sections with their entries into others, entry by entry.

    Args:
        base: Is changed; its section dicts are changed in place.
        other: What is merged in, as for `as_dict`.
        mode: As for `as_dict`.
        on_file: As for `as_dict`.
        origins: Gets where each entry came from, by its section and its name.

    Raises:
        OSError: The file cannot be read.
        ConfigError: The file holds what it must not, or an entry stands outside all sections.

    Examples:
        >>> config = {"/": {"tools.gzip.on": True}}
        >>> merge_sections(config, {"/": {"tools.etags.on": True}, "/files": {}})
        >>> config["/"]
        {'tools.gzip.on': True, 'tools.etags.on': True}
    """
    sections = as_dict(other, mode=mode, on_file=on_file)
    for name, entries in sections.items():
        if not isinstance(entries, Mapping):
            raise ConfigError(
                f"the entry {name!r} stands in no section; put it in one: {{'/': {{{name!r}: …}}}}"
            )
    loaded = sections.loaded if isinstance(sections, Sections) else Loaded(sections)
    for name, entries in sections.items():
        base.setdefault(name, {}).update(entries)
        if origins is not None:
            origins.update(((name, option), loaded.origin(name, option)) for option in entries)
