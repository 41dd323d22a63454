"""Make the mark ``requires`` and the option ``--real`` known to all tests."""

pytest_plugins = ["workspace.pytest_plugin"]
