"""What is measured, one module for each thing.

A module runs in the environment of one subject at a time, so it imports a peer only inside that
peer's function. ``catalogue`` reads it without importing it: the first line of its docstring says
what is done, ``CASES`` names the scenarios if there are several or if the name of the module would
not do, ``GROUP`` the table and plot that they stand in. A function with the name of a subject takes
the name of a scenario and returns the callable that is timed; before that it checks once that this
callable does what it should.
"""

# In the order of the tables.
MODULES = (
    "hello",
    "logged",
    "recorded",
    "parameters",
    "positional",
    "form",
    "missing",
    "redirect",
    "streaming",
    "upload",
    "json_body",
    "sessions",
    "turns",
    "compressed",
    "entity_tag",
    "static_file",
    "cached",
    "basic_auth",
    "digest_auth",
    "served",
    "served_recorded",
    "dispatch",
    "bus",
    "imported",
)
