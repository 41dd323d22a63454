"""The process bus, under its documented name. `bus` is the engine of the site."""

from typing import Final

from cherrypy import engine as bus
from cherrypy_bus import Bus, ChannelFailures, states

__all__ = ["Bus", "ChannelFailures", "bus", "max_files", "states"]

#: Up to which number descriptors are looked for before the program is started anew.
max_files: Final = Bus.max_cloexec_files
