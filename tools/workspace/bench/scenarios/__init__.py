"""What is measured, one module for each thing.

A module runs in the environment of one subject at a time, so it imports a peer only inside that
peer's function. ``catalogue`` reads it without importing it: the first line of its docstring says
what is done, ``CASES`` names the scenarios if there are several, ``GROUP`` the table and plot that
they stand in. A function with the name of a subject takes the name of a scenario and returns the
callable that is timed.
"""
