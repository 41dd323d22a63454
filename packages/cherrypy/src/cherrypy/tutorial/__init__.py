"""Ten programs to learn from, each a step further than the one before.

Each is run by ``python -m``, as in ``python -m cherrypy.tutorial.tut01_helloworld``, and is then at
http://127.0.0.1:8080/. They share the settings in ``tutorial.conf``.
"""

from pathlib import Path
from typing import Final

__all__ = ["CONFIG"]

CONFIG: Final = str(Path(__file__).with_name("tutorial.conf"))
"""The file with the settings of the server that the tutorials run on."""
