"""Compiled loops, their plain twins, and the random streams.

This is the only package that imports numba. Three rules hold in every module:

* A kernel takes arrays and numbers and returns arrays; it knows nothing of studies, designs or
  participants. It is decorated with `handful.kernels.jit.kernel`, which compiles it without the interpreter
  lock, without threads of its own and without any licence to reorder floating-point arithmetic.
* Every kernel has a twin in `handful.kernels.twins`, written in plain NumPy and Python without numba, and a
  test that the two agree in every bit.
* Randomness comes from `handful.kernels.streams` and from nowhere else: a number is addressed, never drawn
  in turn.

Importing `handful.kernels` itself imports neither numba nor NumPy; importing one of its modules does.
"""
