"""Start a command of the workspace; the launchers beside this file call it through _python."""

import sys

from workspace.cli import main

sys.exit(main(sys.argv[1:]))
