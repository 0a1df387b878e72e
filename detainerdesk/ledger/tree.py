"""The Merkle tree of RFC 9162 (the same hashes as RFC 6962). In: leaf hashes, or a way to look up the hash of a full subtree; out: roots,
inclusion and consistency proofs, and the nodes that an append completes. It keeps nothing and knows no database: `Nodes` is whoever stores.

A node is named by (level, index): it covers the leaves index * 2^level up to (index + 1) * 2^level, and is stored once all of them exist.
A node that is stored never changes, so an append reads and writes O(log n) of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

Nodes = Callable[[int, int], bytes]
"""(level, index) -> the hash of that full subtree; level 0 is the leaf hash."""

EMPTY = hashlib.sha256(b"").digest()
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT


class TreeError(ValueError):
    """A proof or a root was asked for that this tree does not have."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A whole tree in memory: what a verifier rebuilds from the entries."""

    def __init__(self, leaf_hashes: Sequence[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for each in leaf_hashes:
            self.append(each)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Adds one leaf hash and returns its index."""
        index = len(self._levels[0])
        self._levels[0].append(leaf)
        for level, _, digest in completed(index, leaf, self.node):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(digest)
        return index

    def node(self, level: int, index: int) -> bytes:
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        return root(self._upto(size), self.node)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        return inclusion(index, self._upto(size), self.node)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        return consistency(old, self._upto(new), self.node)

    def _upto(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise TreeError(f"The tree has {len(self)} leaves, not {size}.")
        return size


def completed(index: int, leaf: bytes, node: Nodes) -> Iterator[tuple[int, int, bytes]]:
    """The nodes above the leaves that become full when leaf number `index` is appended: (level, index, hash), lowest first."""
    digest, level = leaf, 0
    while index & 1:
        digest = node_hash(node(level, index - 1), digest)
        index >>= 1
        level += 1
        yield level, index, digest


def root(size: int, node: Nodes) -> bytes:
    return _range(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Nodes) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 2.1.3.1: the siblings from the leaf up."""
    if not 0 <= index < size:
        raise TreeError(f"There is no entry {index} in a tree of {size}.")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, node: Nodes) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162 2.1.4.1: that the tree of `new` leaves begins with the tree of `old`."""
    if not 0 <= old <= new:
        raise TreeError(f"A tree of {new} leaves can't extend one of {old}.")
    if old in (0, new):
        return []
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range(middle, high, node))
            high = middle
        else:
            path.append(_range(low, middle, node))
            low, whole = middle, False
    if not whole:
        path.append(_range(low, high, node))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root_hash: bytes) -> bool:
    """RFC 9162 2.1.3.2, step by step."""
    if not 0 <= index < size:
        return False
    first, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            digest = node_hash(sibling, digest)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            digest = node_hash(digest, sibling)
        first >>= 1
        last >>= 1
    return last == 0 and digest == root_hash


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """RFC 9162 2.1.4.2, step by step; the empty tree and an equal size need no path."""
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY
    if not 0 < old < new or not path:
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    first, last = old - 1, new - 1
    while first & 1:
        first >>= 1
        last >>= 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            now = node_hash(now, step)
        first >>= 1
        last >>= 1
    return last == 0 and was == old_root and now == new_root


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """The hash tiles of a tree (C2SP tlog-tiles): (tile level, index, width); width is 256 but for the last of a level."""
    level = 0
    while size:
        full, rest = divmod(size, TILE_WIDTH)
        yield from ((level, index, TILE_WIDTH) for index in range(full))
        if rest:
            yield level, full, rest
        size >>= TILE_HEIGHT
        level += 1


def tile(level: int, index: int, width: int, node: Nodes) -> bytes:
    """The bytes of one hash tile: `width` node hashes, side by side."""
    return b"".join(node(level * TILE_HEIGHT, index * TILE_WIDTH + each) for each in range(width))


def _split(count: int) -> int:
    """The largest power of two that is smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range(low: int, high: int, node: Nodes) -> bytes:
    """MTH(D[low:high]) where `low` is a multiple of the subtree's width: the full nodes it consists of, folded from the right."""
    digest: bytes | None = None
    while low < high:
        width = high & -high  # the lowest full subtree that ends at `high`
        while high - width < low:
            width >>= 1
        piece = node(width.bit_length() - 1, high // width - 1)
        digest = piece if digest is None else node_hash(piece, digest)
        high -= width
    assert digest is not None
    return digest
