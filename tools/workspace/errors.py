"""The errors that end a command; each message is the one line that its user reads."""


class Failure(Exception):  # noqa: N818 - it is what the user is told, not a defect
    """Say in one line what is wrong and what would be right; the command exits with status 1."""


class Misuse(Failure):
    """Refuse an unknown package, option or value; the command exits with status 2."""
