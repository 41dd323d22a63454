"""A flat dict of values by dotted keys, which tells the namespaces what changes.

The rule: everything is read and checked before the first handler runs, and when a handler fails the
dict is what it was before.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from cherrypy_config.errors import ConfigError, NamespaceError, UnknownEnvironmentError
from cherrypy_config.expressions import Mode
from cherrypy_config.files import load
from cherrypy_config.layers import Layer, Origin
from cherrypy_config.namespaces import NamespaceSet, Progress
from cherrypy_config.variables import overrides

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cherrypy_config.files import ConfigSource

_ENVIRONMENT = "environment"
_GLOBAL = "global"


class Config(dict[str, Any]):
    """Configuration with defaults, environments and namespaces.

    The layers, each above the one before: `defaults`, the template that the entry `environment`
    names, the file, the keyword arguments, and environment variables. What `update` brings later
    stands above what was there, except above environment variables.

    Args:
        file: The file, its name, or a dict, as for `update`.
        **kwargs: More entries.

    Raises:
        OSError: The file cannot be read.
        ConfigError: Something is wrong with the configuration; the subclasses tell what.

    Attributes:
        defaults: The entries that are there from the beginning; no handler is told of them.
        environments: Templates of entries by their names.
        namespaces: The handlers that are told of entries.
        mode: How the values of INI files and variables are read.
        variable_prefix: What the names of overriding environment variables begin with; the empty
            prefix means that the environment is not looked at.

    Examples:
        >>> class Settings(Config):
        ...     defaults = {"log.screen": True}
        ...     environments = {"production": {"log.screen": False, "workers": 8}}
        >>> settings = Settings(environment="production", workers=2)
        >>> settings["log.screen"], settings["workers"]
        (False, 2)
        >>> str(settings.origin("log.screen"))
        "the environment 'production'"
    """

    defaults: dict[str, Any] = {}  # noqa: RUF012 - documented: programs extend it
    environments: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - documented: programs extend it
    namespaces: NamespaceSet = NamespaceSet()
    mode: Mode = Mode.PYTHON
    variable_prefix: str = ""

    def __init__(self, file: ConfigSource | None = None, **kwargs: Any) -> None:
        super().__init__()
        self._origins: dict[str, Origin] = {}
        self.reset()
        entries, origins = ({}, {}) if file is None else self._read(file)
        program = dict.fromkeys(kwargs, Origin(Layer.DICT))
        self._apply({**entries, **kwargs}, {**origins, **program})

    def reset(self) -> None:
        """Put everything back to the defaults; no handler is told."""
        self.clear()
        super().update(self.defaults)
        self._origins = dict.fromkeys(self, Origin(Layer.DEFAULTS))

    def update(self, config: ConfigSource) -> None:  # type: ignore[override]  # documented: one source
        """Merge entries from a dict, the name of a file, a path or an open file.

        Of a source with the section `global` that section is taken. The entry `environment` brings
        its template along, below the other entries of the source.

        Raises:
            OSError: The file cannot be read.
            ConfigError: Something is wrong with the configuration; the subclasses tell what.
            TypeError: `config` is none of these.
        """
        self._apply(*self._read(config))

    def origin(self, key: str) -> Origin:
        """Tell where the value of a key came from.

        Raises:
            KeyError: There is no such key.
        """
        if key not in self:
            raise KeyError(key)
        return self._origins[key]

    def on_file(self, name: str) -> None:
        """Take notice that the file of this name was read; meant to be overridden."""

    def global_section(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the part of a source that belongs here: its section `global` if it has one.

        Raises:
            ConfigError: An entry stands beside the section, where nobody would find it.
        """
        section = config.get(_GLOBAL)
        if not isinstance(section, Mapping):
            return config
        lost = [key for key, value in config.items() if not isinstance(value, Mapping)]
        if lost:
            raise ConfigError(f"the entry {lost[0]!r} stands beside [global]; put it inside")
        return dict(section)

    def setdefault(self, key: str, default: Any = None, /) -> Any:
        """Return the value of a key, setting it first if it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._set({key: value}, {key: Origin(Layer.DICT)})

    def __ior__(self, other: Any) -> Self:  # type: ignore[override, misc]  # takes what `update` takes
        self.update(other)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # Otherwise a copy would be made item by item, and tell the handlers.
        return _restored, (type(self), dict(self), dict(self.__dict__))

    def _read(self, config: ConfigSource) -> tuple[dict[str, Any], dict[str, Origin]]:
        loaded = load(config, self.mode)
        if loaded.by_name and loaded.file is not None:
            self.on_file(loaded.file)
        entries = self.global_section(loaded.content)
        section = "" if entries is loaded.content else _GLOBAL
        return entries, {key: loaded.origin(section, key) for key in entries}

    def _apply(
        self, config: Mapping[str, Any], origins: Mapping[str, Origin] | None = None
    ) -> None:
        """Merge flat entries, with their environment below them and the variables above."""
        origins = dict.fromkeys(config, Origin(Layer.DICT)) if origins is None else origins
        found = overrides(self.variable_prefix, mode=self.mode)
        variables = {key: Origin(Layer.VARIABLE, name) for key, (name, _) in found.items()}
        name, origin = config.get(_ENVIRONMENT), origins.get(_ENVIRONMENT)
        if _ENVIRONMENT in found and self._is_due(_ENVIRONMENT, config):
            name, origin = found[_ENVIRONMENT][1], variables[_ENVIRONMENT]
        template = self._template(name, origin)
        below = {**template, **config}
        origins = {**dict.fromkeys(template, Origin(Layer.ENVIRONMENT, str(name))), **origins}
        due = [key for key in found if self._is_due(key, below)]
        self._set(
            {**below, **{key: found[key][1] for key in due}},
            {**origins, **{key: variables[key] for key in due}},
        )

    def _template(self, name: object, origin: Origin | None) -> Mapping[str, Any]:
        if not name:
            return {}
        if not isinstance(name, str) or name not in self.environments:
            raise UnknownEnvironmentError(name, tuple(self.environments), str(origin))
        return self.environments[name]

    def _is_due(self, key: str, entries: Mapping[str, Any]) -> bool:
        """Say whether an override is to be set: these entries would end it, or nothing did."""
        origin = self._origins.get(key)
        return key in entries or origin is None or origin.layer < Layer.DICT

    def _set(self, entries: Mapping[str, Any], origins: Mapping[str, Origin]) -> None:
        keys: Iterable[object] = entries
        strangers = [key for key in keys if not isinstance(key, str)]
        if strangers:
            raise ConfigError(f"a config key is a str, such as 'log.screen', not {strangers[0]!r}")
        if not entries:
            return
        with self._as_before_on_failure():
            super().update(entries)
            self._origins.update(origins)
            self._tell(entries)

    def _tell(self, entries: Mapping[str, Any]) -> None:
        progress = Progress()
        try:
            self.namespaces(entries, progress)
        except Exception as error:
            key, ran = progress.current, tuple(progress.ran)
            origin = str(self._origins.get(key, Origin(Layer.DICT)))
            raise NamespaceError(key, entries.get(key), origin, ran, error) from error

    @contextmanager
    def _as_before_on_failure(self) -> Iterator[None]:
        entries, origins = dict(self), dict(self._origins)
        try:
            yield
        except BaseException:
            self.clear()
            super().update(entries)
            self._origins = origins
            raise


def _restored(kind: type[Config], entries: dict[str, Any], state: dict[str, Any]) -> Config:
    """Make a copy of a config; no handler is told."""
    config = kind.__new__(kind)
    dict.update(config, entries)
    config.__dict__.update(state, _origins=dict(state["_origins"]))
    return config
