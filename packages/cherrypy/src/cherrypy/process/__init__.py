"""The process of the site: its bus, the plugins and the servers that hang on one."""

from cherrypy.process import plugins, servers, wspbus
from cherrypy.process.wspbus import bus

__all__ = ["bus", "plugins", "servers", "wspbus"]
