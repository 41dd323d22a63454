"""What can be wrong with configuration, and where it stands.

Every error is a `ConfigError`, carries its data as attributes, and names in its message the place,
the offending value and what would be right. A file that cannot be opened is no error of
configuration: the `OSError` of `open` passes through, it names the file.

    ConfigError                   (a ValueError)
    ├── FileSyntaxError           the file is neither INI nor TOML
    │   └── DuplicateEntryError   one option, or one section, stands in it twice
    ├── ExpressionError           a text is not an expression that a value may be
    ├── EntryError                the value of an option cannot be read
    ├── UnknownEnvironmentError   no template of that name
    ├── NamespaceError            the handler of a namespace failed
    └── FieldsError               a section does not fit its dataclass
"""

from __future__ import annotations

from typing import Any


class ConfigError(ValueError):
    """Tell what is wrong with a configuration.

    Examples:
        >>> from cherrypy_config import Config
        >>> try:
        ...     Config({"environment": "moon"})
        ... except ConfigError as error:
        ...     print(error)
        there is no environment 'moon' (from the program); known environments: none
    """


class FileSyntaxError(ConfigError):
    """Tell that a file is not what its format asks for.

    Attributes:
        file: The name of the file.
        line: The line, counted from 1; None if it is not known.
        reason: What is wrong there.

    Examples:
        >>> from io import StringIO
        >>> from cherrypy_config import Config
        >>> try:
        ...     Config(StringIO("port = 8080"))
        ... except FileSyntaxError as error:
        ...     error.line, error.reason
        (1, "'port = 8080' stands before any section; write [global] above it")
    """

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{place(file, line)}: {reason}")


class DuplicateEntryError(FileSyntaxError):
    r"""Tell that an option or a section stands in a file twice.

    Examples:
        >>> from io import StringIO
        >>> from cherrypy_config import Config
        >>> try:
        ...     Config(StringIO("[global]\nport = 80\nport = 8080"))
        ... except DuplicateEntryError as error:
        ...     error.line, error.reason
        (3, "the option 'port' stands twice in the section [global]")
    """


class ExpressionError(ConfigError):
    """Tell why a text cannot be read as a value.

    Attributes:
        text: The text.
        line: The line of the text where reading stopped, counted from 1.
        column: The column of that line, counted from 1.
        reason: What is wrong there, and what would be right.

    Examples:
        >>> from cherrypy_config import unrepr
        >>> try:
        ...     unrepr("2 * localhost")
        ... except ExpressionError as error:
        ...     error.column, error.reason
        (5, "there is no builtin and no module 'localhost'; text needs quotes: 'localhost'")
    """

    def __init__(self, text: str, line: int, column: int, reason: str) -> None:
        self.text = text
        self.line = line
        self.column = column
        self.reason = reason
        super().__init__(f"cannot read {text!r} at line {line}, column {column}: {reason}")


class EntryError(ConfigError):
    r"""Tell which entry holds a value that cannot be read.

    Attributes:
        file: The name of the file, or None where no file is known.
        section: The section, or None for an entry outside a file.
        option: The option as it is written.
        value: The text of the value.
        line: The line of the file, counted from 1; None if it is not known.
        reason: What is wrong, and what would be right.

    Examples:
        >>> from io import StringIO
        >>> from cherrypy_config import Config
        >>> try:
        ...     Config(StringIO("[global]\nport = 80 80"))
        ... except EntryError as error:
        ...     error.section, error.option, error.value, error.line
        ('global', 'port', '80 80', 2)
    """

    def __init__(
        self,
        option: str,
        value: str | None,
        reason: str,
        *,
        file: str | None = None,
        section: str | None = None,
        line: int | None = None,
    ) -> None:
        self.option = option
        self.value = value
        self.reason = reason
        self.file = file
        self.section = section
        self.line = line
        inside = "" if section is None else f"section [{section}], "
        shown = "" if value is None else f", value {value!r}"
        super().__init__(f"{place(file, line)}: {inside}option {option!r}{shown}: {reason}")


class UnknownEnvironmentError(ConfigError):
    """Tell that no template has the name that an entry `environment` asks for.

    Attributes:
        name: The name that was asked for.
        known: The names that there are.
        origin: Where the entry stands, in words.

    Examples:
        >>> from cherrypy_config import Config
        >>> try:
        ...     Config(environment="moon")
        ... except UnknownEnvironmentError as error:
        ...     error.name, error.known
        ('moon', ())
    """

    def __init__(self, name: object, known: tuple[str, ...], origin: str) -> None:
        self.name = name
        self.known = known
        self.origin = origin
        listed = ", ".join(repr(each) for each in known) or "none"
        super().__init__(
            f"there is no environment {name!r} (from {origin}); known environments: {listed}"
        )


class NamespaceError(ConfigError):
    """Tell which namespace handler failed; what it raised is the `__cause__`.

    Attributes:
        key: The entry that was being handed over; for a context manager that failed on its way
            in or out, the namespace alone.
        value: The value of that entry, None where there is none.
        origin: Where the value came from, in words.
        already_run: The entries whose handlers had finished before, in order.

    Examples:
        >>> from cherrypy_config import Config, NamespaceSet
        >>> class Settings(Config):
        ...     namespaces = NamespaceSet(server=lambda key, value: int(value))
        >>> try:
        ...     Settings({"server.port": "eighty"})
        ... except NamespaceError as error:
        ...     error.key, error.value, type(error.__cause__).__name__
        ('server.port', 'eighty', 'ValueError')
    """

    def __init__(
        self, key: str, value: Any, origin: str, already_run: tuple[str, ...], cause: Exception
    ) -> None:
        self.key = key
        self.value = value
        self.origin = origin
        self.already_run = already_run
        entry = f"{key!r} = {value!r} (from {origin})" if "." in key else f"the namespace {key!r}"
        ran = ", ".join(already_run) or "none"
        super().__init__(
            f"the handler of {entry} failed with {type(cause).__name__}: {cause};"
            f" the config is as it was before; handlers that had already run: {ran}"
        )


class FieldsError(ConfigError):
    """Tell all the ways in which a section does not fit its dataclass.

    Attributes:
        section: The name of the section or the dataclass.
        problems: One sentence for each mismatch.

    Examples:
        >>> from dataclasses import make_dataclass
        >>> from cherrypy_config import fill
        >>> Database = make_dataclass("Database", [("host", str), ("port", int)])
        >>> try:
        ...     fill(Database, {"port": "5432"})
        ... except FieldsError as error:
        ...     error.problems
        ("option 'host' is missing; it takes str", "option 'port': '5432' is not int")
    """

    def __init__(self, section: str, problems: tuple[str, ...]) -> None:
        self.section = section
        self.problems = problems
        super().__init__(f"{section}: {'; '.join(problems)}")


def place(file: str | None, line: int | None) -> str:
    """Say where something stands.

    Args:
        file: The name of the file, None if there is none.
        line: The line, counted from 1, None if it is not known.
    """
    if file is None:
        return "config"
    return repr(file) if line is None else f"{file!r}, line {line}"
