"""``python -m cherrypy`` is the command ``cherryd``."""

import sys

from cherrypy.daemon import run

__all__ = ["run"]

if __name__ == "__main__":
    sys.exit(run())
