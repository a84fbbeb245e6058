"""The kernels once more, in plain NumPy and Python.

A twin does the same arithmetic in the same order without numba, so it gives the same bits. It is slower and
easier to read and to step through: the tests hold each kernel against its twin. Twins import no kernel.
"""
