"""Where in a file each name and value stands."""

from __future__ import annotations

from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""The way to a value inside nested data: names of fields and indices of list items."""

Place = tuple[int, int]
"""Line and column, both counted from 1."""


@dataclass(slots=True)
class Node:
    """The place of one value, with the places of the names and values inside it.

    Attributes:
        place: Where the value begins.
        keys: Where each name of a mapping stands.
        children: The nodes of the values of a mapping, or of the items of a list by index.
    """

    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    children: dict[str | int, Node] = field(default_factory=dict)


class Positions:
    """Finds the line and column of a name or value by its path.

    A path that leads beyond what is in the file gives the place of its deepest part that is there, so a
    message about a missing field points at the mapping that lacks it.

    Args:
        root: The node of the whole document; None when nothing is known, and every place is then None.

    Example:
        >>> root = Node((1, 1), {"arms": (1, 1)}, {"arms": Node((1, 7))})
        >>> Positions(root).value(("arms",)), Positions(root).key(("arms", "not there"))
        ((1, 7), (1, 1))
    """

    def __init__(self, root: Node | None = None) -> None:
        self._root = root

    def value(self, path: Path) -> Place | None:
        """Give the place where a value begins.

        Args:
            path: The way to the value; the empty path is the whole document.

        Returns:
            Line and column from 1, or None when nothing is known.
        """
        node = self._root
        if node is None:
            return None
        for item in path:
            if item not in node.children:
                break
            node = node.children[item]
        return node.place

    def key(self, path: Path) -> Place | None:
        """Give the place of a name; for a list item, the place of the item.

        Args:
            path: The way to the value whose name is looked for.

        Returns:
            Line and column from 1, or None when nothing is known.
        """
        node = self._root
        if node is None:
            return None
        place = node.place
        for item in path:
            if item not in node.children:
                break
            child = node.children[item]
            place = node.keys[item] if isinstance(item, str) and item in node.keys else child.place
            node = child
        return place
