"""Give up the rights of the user who started the process.

Rule: groups first, the user last; after the user is changed there is no right left to change the
rest. Whatever cannot be given up is an error: the process must not go on with rights that it was
told to drop.
"""

import contextlib
import os
import sys

from cherrypy_bus.bus import Bus
from cherrypy_bus.plugins.simple import SimplePlugin

if sys.platform != "win32":
    import grp
    import pwd

HAS_IDS: bool = sys.platform != "win32"
_HIGHEST_UMASK = 0o777


class DropPrivileges(SimplePlugin):
    """Change user, group and umask when the bus starts.

    It does so at priority 77, just after servers (75) have their ports. The supplementary groups
    are dropped with them.

    Args:
        bus: The bus to subscribe to.
        umask: The permissions that new files do not get, such as ``0o077``.
        uid: The number or the name of the user. Not on Windows.
        gid: The number or the name of the group. Not on Windows.

    Attributes:
        finalized: Whether it has been done.

    Raises:
        KeyError: There is no such user or group.
        ValueError: The umask is not between 0 and 0o777.

    Examples:
        >>> bus = Bus()
        >>> plugin = DropPrivileges(bus, umask=0o077, uid=1000, gid=1000)
        >>> plugin.subscribe()
        >>> plugin.start in bus.listeners["start"]
        True
    """

    def __init__(
        self,
        bus: Bus,
        umask: int | None = None,
        uid: int | str | None = None,
        gid: int | str | None = None,
    ) -> None:
        super().__init__(bus)
        self.finalized: bool = False
        self.uid = uid
        self.gid = gid
        self.umask = umask

    @property
    def uid(self) -> int | None:
        """The number of the user to run as, or None. It can be set by name."""
        return self._uid

    @uid.setter
    def uid(self, value: int | str | None) -> None:
        self._uid = None if value is None or self._unavailable("uid") else _user(value)

    @property
    def gid(self) -> int | None:
        """The number of the group to run as, or None. It can be set by name."""
        return self._gid

    @gid.setter
    def gid(self, value: int | str | None) -> None:
        self._gid = None if value is None or self._unavailable("gid") else _group(value)

    @property
    def umask(self) -> int | None:
        """The permissions that new files do not get, or None."""
        return self._umask

    @umask.setter
    def umask(self, value: int | None) -> None:
        if value is not None and not 0 <= value <= _HIGHEST_UMASK:
            raise ValueError(f"umask {value!r} is not between 0 and 0o777")
        self._umask = value

    def _unavailable(self, what: str) -> bool:
        if HAS_IDS:
            return False
        self.bus.log(f"This platform has no {what}; ignoring it.", level=30)
        return True

    def start(self) -> None:
        """Change group, user and umask, once.

        Raises:
            PermissionError: The process may not do that; start it as root.
        """
        self._change_ids()
        self._change_umask()
        self.finalized = True

    start.priority = 77  # type: ignore[attr-defined] # how a listener says its priority

    def _change_ids(self) -> None:
        if self.uid is None and self.gid is None:
            if not self.finalized:
                self.bus.log("uid/gid not set", level=30)
            return
        if self.finalized:
            self.bus.log(f"Already running as {_current()}")
            return
        self.bus.log(f"Started as {_current()}")
        _become(self.uid, self.gid)
        self.bus.log(f"Running as {_current()}")

    def _change_umask(self) -> None:
        if self.umask is None:
            if not self.finalized:
                self.bus.log("umask not set", level=30)
            return
        if self.finalized:
            self.bus.log(f"umask already set to: {self.umask:03o}")
            return
        old = os.umask(self.umask)
        self.bus.log(f"umask old: {old:03o}, new: {self.umask:03o}")


if sys.platform == "win32":

    def _user(value: int | str) -> int:
        return int(value)

    def _group(value: int | str) -> int:
        return int(value)

    def _current() -> str:
        return "the user who started it"

    def _become(uid: int | None, gid: int | None) -> None:
        """Do nothing: there are no such numbers."""

else:

    def _user(value: int | str) -> int:
        try:
            return value if isinstance(value, int) else pwd.getpwnam(value).pw_uid
        except KeyError:
            return _number(value, "user")

    def _group(value: int | str) -> int:
        try:
            return value if isinstance(value, int) else grp.getgrnam(value).gr_gid
        except KeyError:
            return _number(value, "group")

    def _number(value: int | str, kind: str) -> int:
        if str(value).isdecimal():
            return int(value)
        raise KeyError(f"this system has no {kind} named {value!r}")

    def _current() -> str:
        """Name the user and the group of the process, or number them where they have no name."""
        uid, gid = os.getuid(), os.getgid()
        user: str | int = uid
        group: str | int = gid
        with contextlib.suppress(KeyError):  # a container's user need not be in the list
            user = pwd.getpwuid(uid).pw_name
        with contextlib.suppress(KeyError):
            group = grp.getgrgid(gid).gr_name
        return f"uid: {user!r} gid: {group!r}"

    def _become(uid: int | None, gid: int | None) -> None:
        there = uid in (None, os.getuid()) and gid in (None, os.getgid())
        if there and os.geteuid() != 0:
            return  # nothing to give up, and no right to do so
        os.setgroups([])
        if gid is not None:
            os.setgid(gid)
        if uid is not None:
            os.setuid(uid)
