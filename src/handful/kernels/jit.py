"""The one way kernels are compiled, and the machine operations that Python has no word for.

A kernel releases the interpreter lock (threads are put around kernels, never inside), keeps every
floating-point operation as it is written (no fastmath: results would depend on the processor), and is
cached in the folder that `handful.kernels.cache` names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from handful.kernels.cache import cache_folder

__all__ = ["bits_of", "float_of", "kernel", "product"]

Function = TypeVar("Function", bound=Callable[..., Any])

_settings: Any = numba.config
_pair_of: Any = types.UniTuple


def kernel(function: Function) -> Function:
    """Compile a function on its first call, or take it from the cache.

    A function from outside the files of this package is compiled and not kept, since the hash that names
    the cache does not cover it. The place of the cache is numba's setting only while a function is
    decorated: other packages that use numba in the same process keep theirs, whichever was imported first.

    Args:
        function: array-in, array-out code in the part of Python that numba compiles.

    Returns:
        The compiled function, with the same signature.

    Example:
        >>> @kernel
        ... def total(values):
        ...     result = 0.0
        ...     for value in values:
        ...         result += value
        ...     return result
        >>> total(np.array([1.0, 2.0, 4.0]))
        7.0
    """
    has_source = Path(function.__code__.co_filename).is_file()
    is_ours = function.__module__.startswith("handful.kernels.") and has_source
    setting = _settings.CACHE_DIR
    _settings.CACHE_DIR = str(cache_folder())
    try:
        compiled = numba.njit(nogil=True, cache=is_ours, error_model="numpy")(function)
    finally:
        _settings.CACHE_DIR = setting
    return cast(Function, compiled)


def _product(context: Any, a: Any, b: Any) -> Any:
    """Emit a 128-bit product as its upper and lower 64 bits."""
    pair = _pair_of(types.uint64, 2)

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = arguments[0].type
        wide = type(narrow)(128)
        # Both halves from one product: asked for one by one, they become two multiplications.
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        high = builder.trunc(builder.lshr(product, wide(64)), narrow)
        return context.make_tuple(builder, pair, (high, builder.trunc(product, narrow)))

    return pair(types.uint64, types.uint64), emit


def _bits_of(context: Any, number: Any) -> Any:
    """Emit a float64 read as an int64."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), emit


def _float_of(context: Any, bits: Any) -> Any:
    """Emit an int64 read as a float64."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), emit


#: The product of two unsigned 64-bit numbers, upper and lower 64 bits (inside kernels only).
product = cast(Callable[[np.uint64, np.uint64], tuple[np.uint64, np.uint64]], intrinsic(_product))
#: The 64 bits of a float64 as an int64 (inside kernels only).
bits_of = cast(Callable[[float], int], intrinsic(_bits_of))
#: The float64 that has the 64 bits of an integer (inside kernels only).
float_of = cast(Callable[[int | np.uint64], float], intrinsic(_float_of))
