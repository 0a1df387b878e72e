"""The Merkle tree is the one of RFC 6962 and RFC 9162: published values, every size up to 256, and nothing else is accepted."""

from __future__ import annotations

import time

import pytest

from detainerdesk.ledger import tree
from detainerdesk.ledger.tree import Tree

# The reference leaves and values of the certificate-transparency project (merkle tree tests; also transparency-dev/merkle, testonly/constants.go).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (2, 8): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
MOST = 256


@pytest.fixture(scope="module")
def reference() -> Tree:
    return Tree([tree.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES])


@pytest.fixture(scope="module")
def big() -> Tree:
    return Tree([tree.leaf_hash(number.to_bytes(2, "big")) for number in range(MOST)])


@pytest.mark.parametrize("size", range(9))
def test_led_1_the_root_of_each_size_is_the_published_one(reference: Tree, size: int) -> None:
    assert reference.root(size).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_led_1_an_inclusion_proof_is_the_published_one(reference: Tree, index: int, size: int) -> None:
    assert [each.hex() for each in reference.inclusion(index, size)] == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_led_1_a_consistency_proof_is_the_published_one(reference: Tree, old: int, new: int) -> None:
    assert [each.hex() for each in reference.consistency(old, new)] == CONSISTENCY[old, new]


def test_led_1_every_root_is_that_of_the_definition(big: Tree) -> None:
    leaves = [big.node(0, index) for index in range(MOST)]

    def defined(part: list[bytes]) -> bytes:  # RFC 9162 2.1.1, word for word
        if not part:
            return tree.EMPTY
        if len(part) == 1:
            return part[0]
        k = 1
        while k * 2 < len(part):
            k *= 2
        return tree.node_hash(defined(part[:k]), defined(part[k:]))

    for size in range(MOST + 1):
        assert big.root(size) == defined(leaves[:size])


def test_led_1_every_entry_of_every_size_up_to_256_is_proved_and_no_other_place_or_leaf_is(big: Tree) -> None:
    for size in range(1, MOST + 1):
        root = big.root(size)
        for index in range(size):
            path, leaf = big.inclusion(index, size), big.node(0, index)
            assert tree.verify_inclusion(index, size, leaf, path, root)
            other = (index + 1) % MOST
            assert not tree.verify_inclusion(index, size, big.node(0, other), path, root)
            assert not tree.verify_inclusion(index + 1, size, leaf, path, root)


def test_led_1_every_size_up_to_256_is_proved_to_extend_every_smaller_one_and_no_other_root_is(big: Tree) -> None:
    roots = [big.root(size) for size in range(MOST + 1)]
    for new in range(MOST + 1):
        for old in range(new + 1):
            path = big.consistency(old, new)
            assert tree.verify_consistency(old, new, roots[old], roots[new], path)
            wrong = roots[(old + 1) % (MOST + 1)]
            assert not tree.verify_consistency(old, new, wrong, roots[new], path)
            assert not tree.verify_consistency(old, new, roots[old], wrong, path) or wrong == roots[new] or old == 0


def test_a_proof_with_a_step_changed_dropped_or_added_is_refused(big: Tree) -> None:
    for size in range(2, 70):
        root = big.root(size)
        for other in range(1, size):
            inclusion, consistency = big.inclusion(other, size), big.consistency(other, size)
            for path in (inclusion, consistency):
                for bad in ([bytes(32), *path[1:]], path[:-1], [*path, bytes(32)], [*path[:-1], path[-1][::-1]]):
                    if path is inclusion:
                        assert not tree.verify_inclusion(other, size, big.node(0, other), bad, root)
                    else:
                        assert not tree.verify_consistency(other, size, big.root(other), root, bad)


def test_a_root_is_not_passed_off_as_that_of_a_larger_tree(big: Tree) -> None:
    """The path ends at a root, but too low for the size that is claimed."""
    for size, claimed in ((2, 3), (4, 5), (4, 8), (64, 100)):
        root = big.root(size)
        assert not tree.verify_inclusion(0, claimed, big.node(0, 0), big.inclusion(0, size), root)
        assert not tree.verify_consistency(1, claimed, big.root(1), root, big.consistency(1, size))


def test_an_append_reads_and_completes_no_more_than_the_height_of_the_tree(big: Tree) -> None:
    for index in range(MOST):
        reads: list[tuple[int, int]] = []

        def node(level: int, number: int, reads: list[tuple[int, int]] = reads) -> bytes:
            reads.append((level, number))
            return big.node(level, number)

        completed = list(tree.completed(index, big.node(0, index), node))
        assert len(reads) == len(completed) <= (index + 1).bit_length() - 1
        assert all(big.node(level, number) == digest for level, number, digest in completed)


def test_led_1_a_tree_of_70000_has_the_tiles_of_the_example_in_the_specification() -> None:
    widths: dict[int, list[int]] = {}
    for level, _, width in tree.tiles(70_000):
        widths.setdefault(level, []).append(width)
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}
    assert list(tree.tiles(256)) == [(0, 0, 256), (1, 0, 1)]


def test_a_proof_from_a_tree_of_100000_takes_less_than_a_millisecond() -> None:
    whole = Tree([tree.leaf_hash(number.to_bytes(4, "big")) for number in range(100_000)])
    begin = time.perf_counter()
    for number in range(200):
        whole.inclusion(number * 499)
        whole.consistency(number * 499 + 1)
    assert (time.perf_counter() - begin) / 400 < 0.001


def test_a_million_entries_are_appended_in_less_than_a_minute() -> None:
    begin = time.perf_counter()
    whole = Tree()
    for number in range(1_000_000):
        whole.append(tree.leaf_hash(number.to_bytes(4, "big")))
    whole.root()
    assert time.perf_counter() - begin < 60
