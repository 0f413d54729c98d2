"""Measurements of the running product beside its limits, in one run: ``./go bench``.

Nothing here is a test: absolute numbers depend on the machine and are reported, never asserted.
What can be compared between machines are ratios to a limit measured in the same minute, bytes, and
exactness. The method is written down in docs/benchmarks.md.
"""
