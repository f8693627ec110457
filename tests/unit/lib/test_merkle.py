"""Known trees: the vectors that implementations of RFC 6962 publish, and refusals."""

from itertools import pairwise

import pytest

from tongbao.lib import merkle
from tongbao.lib.merkle import Frontier, Node

# The leaves and roots of the reference implementation of Certificate Transparency.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
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
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]
NODES = dict(merkle.complete_nodes(HASHES))


def hexes(proof: list[bytes]) -> list[str]:
    return [each.hex() for each in proof]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_published_roots(size: int) -> None:
    assert merkle.root_of(HASHES[:size]).hex() == ROOTS[size]


def test_the_published_inclusion_proofs() -> None:
    def proof(leaf: int, size: int) -> list[str]:
        return hexes(merkle.prove(merkle.inclusion_path(leaf - 1, size), NODES.__getitem__))

    assert proof(1, 1) == []
    assert proof(1, 8) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert proof(6, 8) == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert proof(3, 3) == ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]
    assert proof(2, 5) == [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]


def test_the_published_consistency_proofs() -> None:
    def proof(old: int, new: int) -> list[str]:
        return hexes(merkle.prove(merkle.consistency_path(old, new), NODES.__getitem__))

    assert proof(1, 1) == []
    assert proof(1, 8) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert proof(6, 8) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert proof(2, 5) == [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]


def test_a_leaf_is_no_node() -> None:
    """Else a pair of hashes could be shown as the content of a leaf (second preimage)."""
    left, right = HASHES[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_a_range_is_covered_by_its_largest_nodes() -> None:
    assert merkle.cover(0, 0) == []
    assert merkle.cover(0, 7) == [Node(2, 0), Node(1, 2), Node(0, 6)]
    assert merkle.cover(8, 11) == [Node(1, 4), Node(0, 10)]
    with pytest.raises(AssertionError):
        merkle.cover(1, 3)


def test_a_frontier_needs_the_hashes_of_its_size() -> None:
    with pytest.raises(AssertionError):
        Frontier(3, HASHES[:1])


def test_the_verifiers_refuse_what_is_outside_a_tree() -> None:
    root = bytes.fromhex(ROOTS[8])
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        assert not merkle.verify_inclusion(
            leaf=HASHES[0], index=index, size=size, proof=[], root=root
        )
    for old, new in ((9, 8), (-1, 8)):
        assert not merkle.verify_consistency(
            old_size=old, new_size=new, old_root=root, new_root=root, proof=[]
        )


def test_every_tree_begins_with_nothing_and_with_itself() -> None:
    root, empty = bytes.fromhex(ROOTS[8]), merkle.EMPTY_ROOT
    assert merkle.verify_consistency(
        old_size=0, new_size=8, old_root=empty, new_root=root, proof=[]
    )
    assert not merkle.verify_consistency(
        old_size=0, new_size=8, old_root=root, new_root=root, proof=[]
    )
    assert merkle.verify_consistency(old_size=8, new_size=8, old_root=root, new_root=root, proof=[])
    assert not merkle.verify_consistency(
        old_size=8, new_size=8, old_root=empty, new_root=root, proof=[]
    )
    assert not merkle.verify_consistency(
        old_size=3, new_size=8, old_root=root, new_root=root, proof=[]
    )


def test_a_proof_that_is_too_long_or_too_short_shows_nothing() -> None:
    proof = merkle.prove(merkle.inclusion_path(5, 8), NODES.__getitem__)
    root = bytes.fromhex(ROOTS[8])
    facts = {"leaf": HASHES[5], "index": 5, "size": 8, "root": root}
    assert merkle.verify_inclusion(proof=proof, **facts)  # type: ignore[arg-type]
    for wrong in (proof[:-1], [*proof, root]):
        assert not merkle.verify_inclusion(proof=wrong, **facts)  # type: ignore[arg-type]
    for old, new in pairwise(range(1, 9)):
        proof = merkle.prove(merkle.consistency_path(old, new), NODES.__getitem__)
        sizes = {
            "old_size": old,
            "new_size": new,
            "old_root": bytes.fromhex(ROOTS[old]),
            "new_root": bytes.fromhex(ROOTS[new]),
        }
        assert merkle.verify_consistency(proof=proof, **sizes)  # type: ignore[arg-type]
        for wrong in (proof[:-1], [*proof, root]):
            assert not merkle.verify_consistency(proof=wrong, **sizes)  # type: ignore[arg-type]
