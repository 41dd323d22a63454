"""The commands that set up, check, build and release the packages of this repository.

Everything here runs before anything is installed: only the standard library is imported at the top
of a module. What a package is comes from its own ``pyproject.toml``; no module lists packages.
"""
