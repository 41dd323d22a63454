"""The benchmark: ours beside its peers, in one go.

A scenario is a module of ``scenarios`` with one function for each subject, which returns what is
timed. In each round every subject is a fresh process in its own environment, pinned to the same
core. They take short turns, and the baseline takes part a second time under another name: the ratio
of these two shows what the machine's noise is worth. Nothing here is a test.
"""
