"""Merkle trees over what only grows (RFC 9162, 2.1; the same shape as RFC 6962).

A leaf's hash is SHA-256(0x00, data), a node's SHA-256(0x01, left, right). A head
(size and root) stands for everything before it: a path shows that a leaf is in
it, another that a later head only added to an earlier one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """All leaves, with the hashes of whole subtrees kept, so that paths cost little."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for data in leaves:
            self.append(data)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def append(self, data: bytes) -> None:
        """One leaf more."""
        level, made = 0, leaf_hash(data)
        while True:
            if level == len(self._levels):
                self._levels.append([])
            row = self._levels[level]
            row.append(made)
            if len(row) % 2:
                return
            made = node_hash(row[-2], row[-1])
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, or all."""
        size = self.size if size is None else size
        return self._over(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path of leaf `index` (from 0) to the root over `size` leaves (RFC 9162, 2.1.3)."""
        return self._path(index, 0, size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """What shows that `second` leaves begin with the `first` ones (RFC 9162, 2.1.4)."""
        return self._consistent(first, 0, second, whole=True) if 0 < first < second else []

    def _over(self, begin: int, end: int) -> bytes:
        count = end - begin
        if count & (count - 1) == 0 and begin % count == 0:
            return self._levels[count.bit_length() - 1][begin // count]
        middle = begin + _split(count)
        return node_hash(self._over(begin, middle), self._over(middle, end))

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        middle = begin + _split(end - begin)
        if index < middle:
            return [*self._path(index, begin, middle), self._over(middle, end)]
        return [*self._path(index, middle, end), self._over(begin, middle)]

    def _consistent(self, first: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
        if first == end:
            return [] if whole else [self._over(begin, end)]
        middle = begin + _split(end - begin)
        if first <= middle:
            path = self._consistent(first, begin, middle, whole=whole)
            return [*path, self._over(middle, end)]
        path = self._consistent(first, middle, end, whole=False)
        return [*path, self._over(begin, middle)]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path leads from a leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if number % 2 or number == last:
            found = node_hash(step, found)
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            found = node_hash(found, step)
        number, last = number // 2, last // 2
    return last == 0 and found == root


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the second head only added to the first (RFC 9162, 2.1.4.2)."""
    if first == second:
        return first_root == second_root and not path
    if not 0 < first < second:
        return first == 0 and not path
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    number, last = first - 1, second - 1
    while number % 2:
        number, last = number // 2, last // 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if number % 2 or number == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while number % 2 == 0 and number:
                number, last = number // 2, last // 2
        else:
            new = node_hash(new, step)
        number, last = number // 2, last // 2
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
