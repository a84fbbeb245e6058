"""Random numbers kept for reuse while many designs and scenarios look at the same people.

A number is a function of its address, so keeping it changes nothing but the time. Without `kept` nothing is kept, and
memory does not grow with the number of trials.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from handful.participants.block import Block
from handful.spec.base import Spec

Floats = NDArray[np.float64]
Stream = Callable[[int, int, int, int, int, int], Floats]

DEFAULT_BYTES = 192 * 2**20


class _Shelf:
    """Arrays by address, the least recently used ones dropped when there are too many."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._arrays: OrderedDict[tuple[object, ...], Floats] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[object, ...]) -> Floats | None:
        with self._lock:
            found = self._arrays.get(key)
            if found is not None:
                self._arrays.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], array: Floats) -> None:
        with self._lock:
            if key in self._arrays:
                return
            self._arrays[key] = array
            self._bytes += array.nbytes
            while self._bytes > self._most:
                self._bytes -= self._arrays.popitem(last=False)[1].nbytes


_shelf: _Shelf | None = None


@contextmanager
def kept(most_bytes: int = DEFAULT_BYTES) -> Iterator[None]:
    """Keep random numbers for reuse, for as long as the context lasts.

    Args:
        most_bytes: Memory that may be taken.

    Yields:
        Nothing.

    Example:
        >>> from handful.kernels.streams import Purpose, uniforms
        >>> block = Block(seed=1, first=0, trials=2)
        >>> with kept():
        ...     once = drawn(uniforms, block, 3, Purpose.ARRIVAL)
        ...     again = drawn(uniforms, block, 3, Purpose.ARRIVAL)
        >>> once is again
        True
    """
    global _shelf
    outer = _shelf
    _shelf = outer or _Shelf(most_bytes)
    try:
        yield
    finally:
        _shelf = outer


def remembered(
    name: str, about: tuple[object, ...], block: Block, count: int, make: Callable[[], Floats]
) -> Floats:
    """A column that follows from random numbers and a few assumptions, made once while numbers are kept.

    Dozens of stress scenarios differ in one assumption, and most columns do not depend on it.

    Args:
        name: What the column is.
        about: Every assumption it depends on: specs and plain values.
        block: The trials.
        count: Participants in each.
        make: Makes the column.

    Returns:
        The column, not to be written to.

    Example:
        >>> block = Block(seed=1, first=0, trials=2)
        >>> with kept():
        ...     once = remembered("ones", (1.0,), block, 3, lambda: np.ones((2, 3)))
        ...     again = remembered("ones", (1.0,), block, 3, lambda: np.ones((2, 3)))
        >>> once is again
        True
    """
    shelf = _shelf
    if shelf is None:
        return make()
    key = (name, *map(_plain, about), block, count)
    array = shelf.get(key)
    if array is None:
        array = make()
        array.flags.writeable = False
        shelf.put(key, array)
    return array


def _plain(value: object) -> object:
    """A spec as a tuple of its values, which is hashed many times as fast."""
    return (type(value), *map(_plain, vars(value).values())) if isinstance(value, Spec) else value


def drawn(stream: Stream, block: Block, count: int, purpose: int, draw: int = 0) -> Floats:
    """The numbers of a stream for the participants of a block; not to be written to.

    Args:
        stream: `uniforms`, `normals` or `exponentials`.
        block: The trials.
        count: Participants in each.
        purpose: What the numbers are for.
        draw: Which of the numbers that a participant needs for this purpose.

    Returns:
        Shape (trials, count).
    """
    shelf = _shelf
    key = (stream, block, count, int(purpose), draw)
    array = shelf.get(key) if shelf is not None else None
    if array is None:
        array = stream(block.seed, block.first, block.trials, count, int(purpose), draw)
        array.flags.writeable = False
        if shelf is not None:
            shelf.put(key, array)
    return array
