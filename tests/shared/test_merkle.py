"""Trees as RFC 9162 has them: its own example, and every path of every size up to 40."""

from __future__ import annotations

import hashlib

import pytest

from shared.merkle import EMPTY, Tree, includes, is_consistent, leaf_hash, node_hash

# Leaves and roots of the reference implementation of RFC 6962 (google/certificate-transparency).
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 40


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(plain_root(leaves[:k]), plain_root(leaves[k:]))


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(bytes([n]) for n in range(MOST))


def test_the_roots_are_those_of_the_reference_implementation() -> None:
    tree = Tree(LEAVES)
    assert [tree.root(n).hex() for n in range(1, 9)] == ROOTS
    assert Tree().root() == EMPTY


def test_every_root_is_that_of_the_definition(tree: Tree) -> None:
    for size in range(MOST + 1):
        assert tree.root(size) == plain_root([bytes([n]) for n in range(size)])


def test_every_leaf_is_shown_to_be_in_every_tree_and_no_other_is(tree: Tree) -> None:
    for size in range(1, MOST + 1):
        root = tree.root(size)
        for index in range(size):
            path = tree.inclusion(index, size)
            leaf = leaf_hash(bytes([index]))
            assert includes(leaf, index, size, path, root)
            assert not includes(leaf_hash(b"other"), index, size, path, root)
            assert not includes(leaf, (index + 1) % size, size, path, root) or size == 1
            assert not includes(leaf, index, size, [*path, root], root)


def test_every_later_head_is_shown_to_only_add(tree: Tree) -> None:
    for second in range(1, MOST + 1):
        for first in range(1, second + 1):
            path = tree.consistency(first, second)
            roots = tree.root(first), tree.root(second)
            assert is_consistent(first, second, *roots, path)
            if first < second:
                assert not is_consistent(first, second, roots[1], roots[0], path)
                assert not is_consistent(first, second, EMPTY, roots[1], path)


def test_a_history_written_anew_is_not_consistent() -> None:
    honest = Tree(bytes([n]) for n in range(20))
    forged = Tree(bytes([n if n != 3 else 99]) for n in range(30))
    assert not is_consistent(20, 30, honest.root(), forged.root(), forged.consistency(20, 30))
