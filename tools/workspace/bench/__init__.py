"""The benchmark: ours beside its peers, in one go.

A scenario is a module of ``scenarios`` with one function for each subject, which returns what is
timed. Each measurement is a fresh process in the subject's own environment, pinned to one core. The
subjects take turns, round after round, and the baseline takes a second turn under another name: the
ratio of these two shows what the machine's noise is worth. Nothing here is a test.
"""
